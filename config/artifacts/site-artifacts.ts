import type { Site } from '../site.js';
import type { Artifact } from './artifact.js';
import { catalogue } from './catalogue.js';

/**
 * All that a site installs besides packages: the catalogue, in which the site's own entries take the place of those of
 * the same name, and then what it added. The catalogue alone without a site.
 */
export function siteArtifacts(site?: Pick<Site, 'artifacts'>): Artifact[] {
  const own = site?.artifacts.catalogue ?? [];
  const pinned: readonly Artifact[] = Object.values(catalogue);
  const added = own.filter(({ name }) => !Object.hasOwn(catalogue, name));
  return [
    ...pinned.map((artifact) => ({ ...artifact, ...own.find(({ name }) => name === artifact.name) })),
    ...added.map((entry) => ({ ...entry, neededBy: [] })),
  ];
}

/** What the site installs under a name of the catalogue. */
export function siteArtifact(site: Pick<Site, 'artifacts'>, name: keyof typeof catalogue): Artifact {
  return siteArtifacts(site).find((artifact) => artifact.name === name) ?? catalogue[name];
}
