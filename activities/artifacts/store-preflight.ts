import type { catalogue } from '../../config/artifacts/catalogue.js';
import { siteArtifact } from '../../config/artifacts/site-artifacts.js';
import { storeUrl } from '../../config/artifacts/store.js';
import type { Preflight } from '../role.js';
import { sourceProblems } from './source-problems.js';

/** What a role that installs an artefact asks before anything is made: whether the site's store has it. */
export function storePreflight(name: keyof typeof catalogue): Preflight {
  return {
    name: 'artifact',
    title: `the artefact store has ${name}`,
    kind: 'site',
    check: async (context) => {
      const url = storeUrl(context.site.artifacts.store, siteArtifact(context.site, name));
      return sourceProblems(context, {
        setting: 'artifacts.store',
        url,
        isThere: (status) => status === 200,
        remedy: `The store lacks ${name}. Fill it: socle artifacts fetch FOLDER FILE`,
      });
    },
  };
}
