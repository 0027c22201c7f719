import { ApiError, PermanentError } from '../../errors.js';
import { eachOf } from './each-of.js';
import type { ImageSource } from './image-source.js';
import { readImageTree, type ImageTree, type Platform } from './image-tree.js';
import type { Manifest } from './manifest.js';
import { manifestDigest, putManifest } from './manifests.js';
import { readBlob } from './read-blob.js';
import type { Registry } from './registry.js';
import { uploadBlob, type OpenUploads, type UploadOptions } from './upload-blob.js';

export type MirrorRequest = {
  source: ImageSource;
  /** A tag or digest there. */
  reference: string;
  /** The copy is called by `tag`, by the source's reference when that is absent. */
  target: { registry: Registry; repository: string; tag?: string };
  /** Of an index only these; all of them when absent. */
  platforms?: readonly Platform[];
  /** Blobs copied at once; 4 when absent. */
  atOnce?: number;
  progress?: (progress: MirrorProgress) => void;
} & Pick<UploadOptions, 'mountFrom' | 'partBytes' | 'signal'> & { uploads?: OpenUploads };

/** Bytes of blobs, those that were there already among them. */
export type MirrorProgress = { doneBytes: number; totalBytes: number };

export type Mirrored = {
  /** What the reference stands for in the target now. */
  digest: string;
  /** Blobs that were sent or linked; none when all was there. */
  copiedBlobs: number;
};

/**
 * Copies an image or index from one place to a registry; every digest stays. What is there is skipped, an interrupted blob
 * is gone on with. It ends on `signal`, between bytes.
 *
 * With chosen platforms the index is stored as it is where the registry takes one that is not whole (distribution 3 with
 * `validation.manifests.indexes.platforms`); elsewhere the reference stands for the one chosen platform's image.
 * @throws PermanentError when the source has no such image, or when several but not all platforms were chosen of an index
 * that the registry takes only whole
 */
export async function mirrorImage(request: MirrorRequest): Promise<Mirrored> {
  const { source, reference, target, platforms, signal } = request;
  const { tag = reference } = target;
  const top = await source.manifest(reference, signal);
  if (top === undefined) throw new PermanentError(`${source.name} has no image ${reference}`);
  const now = await manifestDigest(target.registry, target.repository, tag, signal);
  if (now === top.digest) return { digest: top.digest, copiedBlobs: 0 };
  const tree = await readImageTree(source, top, platforms, signal);
  const inner = tree.manifests.slice(0, -1);
  if (!tree.isWhole && inner.length === 1 && now === inner[0]!.digest) return { digest: now, copiedBlobs: 0 };
  const copiedBlobs = await copyBlobs(request, tree);
  for (const manifest of inner)
    await putManifest(target.registry, target.repository, manifest.digest, manifest, signal);
  const digest = await putTop(request, tree, top, inner);
  return { digest, copiedBlobs };
}

async function copyBlobs(request: MirrorRequest, { blobs }: ImageTree): Promise<number> {
  const { source, target, signal, atOnce = 4, uploads, partBytes, mountFrom, progress } = request;
  const totalBytes = blobs.reduce((sum, { size }) => sum + size, 0);
  const doneBytes = new Map<string, number>();
  let copied = 0;
  await eachOf(blobs, atOnce, async (blob) => {
    const done = (bytes: number): void => {
      doneBytes.set(blob.digest, bytes);
      progress?.({ doneBytes: [...doneBytes.values()].reduce((sum, each) => sum + each, 0), totalBytes });
    };
    signal?.throwIfAborted();
    const outcome = await uploadBlob(
      target.registry,
      target.repository,
      blob,
      (from) => readBlob(source, blob, { from, ...(signal && { signal }) }),
      {
        sent: done,
        ...(uploads && { uploads }),
        ...(partBytes !== undefined && { partBytes }),
        ...(mountFrom && { mountFrom }),
        ...(signal && { signal }),
      },
    );
    if (outcome !== 'there') copied += 1;
    done(blob.size);
  });
  return copied;
}

/** Gives the reference to the image or index, or to the one platform of an index that is not whole. */
async function putTop(
  { reference, target, signal }: MirrorRequest,
  { isWhole }: ImageTree,
  top: Manifest,
  inner: readonly Manifest[],
): Promise<string> {
  const { tag = reference } = target;
  const put = async (manifest: Manifest): Promise<string> => {
    await putManifest(target.registry, target.repository, tag, manifest, signal);
    return manifest.digest;
  };
  try {
    return await put(top);
  } catch (error) {
    // A registry answers 400 MANIFEST_BLOB_UNKNOWN to an index that refers to what it does not hold.
    if (isWhole || !(error instanceof ApiError) || error.status !== 400) throw error;
    if (inner.length === 1) return put(inner[0]!);
    throw new PermanentError(
      `${target.registry.url}/${target.repository}:${tag}: this registry takes an index only with all its platforms. Choose one platform, or all`,
    );
  }
}
