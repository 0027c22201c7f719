import type { ImageSource } from '../../activities/clients/registry/image-source.js';
import { readImageTree } from '../../activities/clients/registry/image-tree.js';
import { readBlob } from '../../activities/clients/registry/read-blob.js';
import type { Image } from '../../config/artifacts/image.js';

/**
 * Reads all of an image where it lies; undefined when every byte is right.
 * @throws Error that names the first part which is missing or wrong
 */
export async function imageProblem(
  { version, digest }: Pick<Image, 'version' | 'digest'>,
  source: ImageSource,
): Promise<string | undefined> {
  const top = await source.manifest(version);
  if (top === undefined) return 'missing';
  if (top.digest !== digest) return `digest is ${top.digest}, wanted ${digest}`;
  const { blobs } = await readImageTree(source, top, undefined);
  for (const blob of blobs) {
    const parts = readBlob(source, blob);
    while ((await parts.next()).done !== true);
  }
  return undefined;
}
