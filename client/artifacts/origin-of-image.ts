import type { ImageSource } from '../../activities/clients/registry/image-source.js';
import { publicRegistry } from '../../activities/clients/registry/public-registry.js';
import { registrySource } from '../../activities/clients/registry/registry-source.js';
import { mirroredRepository, originOf, type Image } from '../../config/artifacts/image.js';
import type { AccessOf } from './access.js';

/** Where registries answer whose name is another one. */
const addresses: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/**
 * The repository that an image is fetched from: where it comes from, or what a mirror has below the name of that registry,
 * as a registry has it that Socle filled.
 */
export function originOfImage(image: Image, mirror: string | undefined, accessTo: AccessOf): ImageSource {
  const { registry, repository } = originOf(image);
  if (mirror !== undefined) {
    const url = mirror.replace(/\/+$/, '');
    return registrySource(publicRegistry({ url, ...accessTo(url) }), mirroredRepository(image));
  }
  const url = `https://${addresses[registry] ?? registry}`;
  return registrySource(publicRegistry({ url, ...accessTo(url) }), repository);
}
