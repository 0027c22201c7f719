import type { Plan } from '../plan-types.js';
import type { Site } from '../site.js';
import type { Image } from './image.js';
import { images } from './images.js';

/**
 * The images of a site: the pinned ones, in which the site's own entries take the place of those of the same name, and
 * then what it added. The pinned ones alone without a site.
 */
export function siteImages(site?: Pick<Site, 'artifacts'>): Image[] {
  const own = site?.artifacts.images ?? [];
  const pinned: readonly Image[] = Object.values(images);
  const added = own.filter(({ name }) => !Object.hasOwn(images, name));
  return [
    ...pinned.map((image) => ({ ...image, ...own.find(({ name }) => name === image.name) })),
    ...added.map((entry) => ({ ...entry, neededBy: [] })),
  ];
}

/** The images that the machines of a plan pull: those of its roles that this version has, and those that the site added. */
export function plannedImages({ site, phases }: Pick<Plan, 'site' | 'phases'>): Image[] {
  const roles = phases.flatMap((phase) => phase.roles.filter(({ available }) => available));
  const names = roles.map(({ name }) => name);
  return siteImages(site).filter(
    ({ neededBy }) => neededBy.length === 0 || neededBy.some((role) => names.includes(role)),
  );
}
