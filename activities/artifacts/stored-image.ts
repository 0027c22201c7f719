import { layoutPath, type Image } from '../../config/artifacts/image.js';
import type { ImageSource } from '../clients/registry/image-source.js';
import type { StepContext } from '../role.js';
import { artifactAccess } from './access.js';

/** An image of the catalogue in the site's store, read with the store's login and authority. */
export async function storedImage(
  { site, secrets }: Pick<StepContext, 'site' | 'secrets'>,
  image: Image,
): Promise<ImageSource> {
  const { httpLayoutSource } = await import('../clients/registry/http-layout-source.js');
  const url = `${site.artifacts.store.replace(/\/+$/, '')}/${layoutPath(image)}`;
  return httpLayoutSource({ url, ...(await artifactAccess(site, secrets)) });
}
