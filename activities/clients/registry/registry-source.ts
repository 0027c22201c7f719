import { openBlob } from './blobs.js';
import type { ImageSource } from './image-source.js';
import { getManifest } from './manifests.js';
import type { Registry } from './registry.js';

/** A repository of a registry as something to copy images from. */
export function registrySource(registry: Registry, repository: string): ImageSource {
  return {
    name: `${registry.url}/${repository}`,
    manifest: (reference, signal) => getManifest(registry, repository, reference, signal),
    openBlob: (digest, from, signal) => openBlob(registry, repository, digest, from, signal),
  };
}
