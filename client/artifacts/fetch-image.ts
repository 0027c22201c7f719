import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eachOf } from '../../activities/clients/registry/each-of.js';
import { folderLayoutSource } from '../../activities/clients/registry/folder-layout-source.js';
import type { ImageSource } from '../../activities/clients/registry/image-source.js';
import { readImageTree, type ImageTree } from '../../activities/clients/registry/image-tree.js';
import { blobPath, tagAnnotation } from '../../activities/clients/registry/layout-source.js';
import type { Manifest } from '../../activities/clients/registry/manifest.js';
import { layoutPath, referenceOf, type Image } from '../../config/artifacts/image.js';
import { bringBlob } from './bring-blob.js';
import type { Progress } from './download.js';
import { imageProblem } from './image-problem.js';

const blobsAtOnce = 4;

/** What became of an image, and every blob and manifest of it as a path below the folder. */
export type FetchedImage = { state: 'present' | 'fetched'; blobs: string[] };

/**
 * Brings an image as an OCI image layout into a folder, unless it is there: all that its digest refers to, nothing
 * rewritten. Its own manifest comes last, so where that is the image is whole.
 * @throws Error that says the cause
 */
export async function fetchImage(
  image: Image,
  folder: string,
  open: () => ImageSource,
  progress: Progress,
): Promise<FetchedImage> {
  const layout = join(folder, layoutPath(image));
  const there = folderLayoutSource(layout);
  if ((await imageProblem(image, there).catch(() => 'not whole')) === undefined) {
    const top = await there.manifest(image.digest);
    return { state: 'present', blobs: pathsOf(image, await readImageTree(there, top!, undefined)) };
  }
  const source = open();
  const top = await source.manifest(image.digest);
  if (top === undefined)
    throw new Error(`${source.name} has no ${image.digest}, which ${referenceOf(image)} is pinned to`);
  const tree = await readImageTree(source, top, undefined);
  await bringBlobs(source, tree, layout, progress);
  await write(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await write(join(layout, 'index.json'), indexOf(image, top));
  for (const { digest, bytes } of tree.manifests) await write(join(layout, blobPath(digest)), bytes);
  return { state: 'fetched', blobs: pathsOf(image, tree) };
}

async function bringBlobs(
  source: ImageSource,
  { blobs }: ImageTree,
  layout: string,
  progress: Progress,
): Promise<void> {
  const totalBytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const arrived = new Map<string, number>();
  await eachOf(blobs, blobsAtOnce, (blob) =>
    bringBlob(source, blob, join(layout, blobPath(blob.digest)), (bytes) => {
      arrived.set(blob.digest, bytes);
      progress(
        [...arrived.values()].reduce((sum, each) => sum + each, 0),
        totalBytes,
      );
    }),
  );
}

function indexOf({ version }: Image, { mediaType, digest, bytes }: Manifest): string {
  const descriptor = { mediaType, digest, size: bytes.length, annotations: { [tagAnnotation]: version } };
  return JSON.stringify({ schemaVersion: 2, manifests: [descriptor] });
}

function pathsOf(image: Image, { blobs, manifests }: ImageTree): string[] {
  return [...blobs, ...manifests].map(({ digest }) => `${layoutPath(image)}${blobPath(digest)}`);
}

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
