import { referenceOf } from '../../config/artifacts/image.js';
import { plannedImages } from '../../config/artifacts/site-images.js';
import { ApiError, PermanentError } from '../errors.js';
import type { Preflight } from '../role.js';
import { storedImage } from './stored-image.js';

const atOnce = 8;

/**
 * What the role that fills the registries asks before anything is made: whether the site's store has every image that the
 * plan's machines pull. `socle artifacts fetch` writes an image's own manifest last: where that is, the rest is.
 */
export const imagesPreflight: Preflight = {
  name: 'images',
  title: 'the artefact store has the images',
  kind: 'site',
  check: async (context) => {
    const { eachOf } = await import('../clients/registry/each-of.js');
    const missing: string[] = [];
    // A store that refuses or does not answer says so of each image alike.
    const problems = new Map<string, string>();
    await eachOf(plannedImages(context.plan), atOnce, async (image) => {
      const source = await storedImage(context, image);
      try {
        const found = await source.manifest(image.digest, context.signal);
        if (found === undefined) missing.push(`${referenceOf(image)}@${image.digest}`);
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof PermanentError)) throw error;
        const kind = error instanceof ApiError ? String(error.status) : source.name;
        problems.set(kind, problems.get(kind) ?? problemOf(source.name, error));
      }
    });
    if (missing.length === 0) return [...problems.values()];
    const { store } = context.site.artifacts;
    return [
      ...problems.values(),
      `artifacts.store: ${store} lacks ${missing.sort().join(', ')}. Fill it: socle artifacts fetch FOLDER FILE`,
    ];
  },
};

function problemOf(url: string, error: ApiError | PermanentError): string {
  if (error instanceof ApiError && (error.status === 401 || error.status === 403))
    return `artifacts.store: ${url} refuses the credentials (${error.status}). See artifacts.username and password`;
  if (error instanceof ApiError) return `artifacts.store: ${url}: ${error.message}`;
  return `artifacts.store: ${error.message}`;
}
