import { PermanentError } from '../../errors.js';
import type { ImageSource } from './image-source.js';
import { readManifest, type Descriptor, type Manifest } from './manifest.js';

/** A platform as `os/architecture` or `os/architecture/variant`. */
export type Platform = `${string}/${string}`;

/** Everything that an image or index is made of, each once. */
export type ImageTree = {
  /** Those that others refer to come first; the image or index itself is the last. */
  manifests: Manifest[];
  blobs: Descriptor[];
  /** False when some platforms of an index are left out. */
  isWhole: boolean;
};

/**
 * Reads what has to be copied of an image.
 * @param platforms of an index: all of them when absent
 * @throws PermanentError when the source lacks a part, or has none of the platforms
 */
export async function readImageTree(
  source: ImageSource,
  top: Manifest,
  platforms: readonly Platform[] | undefined,
  signal?: AbortSignal,
): Promise<ImageTree> {
  const manifests = new Map<string, Manifest>();
  const blobs = new Map<string, Descriptor>();
  let isWhole = true;
  const visit = async (manifest: Manifest): Promise<void> => {
    const content = readManifest(manifest);
    if (content.kind === 'image') {
      for (const blob of content.blobs) blobs.set(blob.digest, blob);
    } else {
      const chosen = content.manifests.filter((each) => platforms === undefined || runsOn(each, platforms));
      if (chosen.length < content.manifests.length) isWhole = false;
      for (const { digest } of chosen) if (!manifests.has(digest)) await visit(await child(digest));
    }
    manifests.set(manifest.digest, manifest);
  };
  const child = async (digest: string): Promise<Manifest> => {
    const found = await source.manifest(digest, signal);
    if (found) return found;
    throw new PermanentError(`${source.name} lacks manifest ${digest}, which ${top.digest} refers to`);
  };
  await visit(top);
  if (manifests.size === 1 && !isWhole)
    throw new PermanentError(`${source.name}: ${top.digest} is for none of ${platforms?.join(', ')}`);
  return { manifests: [...manifests.values()], blobs: [...blobs.values()], isWhole };
}

function runsOn({ platform }: Descriptor, platforms: readonly Platform[]): boolean {
  if (platform === undefined) return false;
  const name = `${platform.os}/${platform.architecture}`;
  return platforms.some((wanted) => wanted === name || wanted === `${name}/${platform.variant ?? ''}`);
}
