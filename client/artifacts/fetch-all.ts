import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageSource } from '../../activities/clients/registry/image-source.js';
import type { Artifact } from '../../config/artifacts/artifact.js';
import { layoutPath, type Image } from '../../config/artifacts/image.js';
import { storePath } from '../../config/artifacts/store.js';
import type { AccessOf } from './access.js';
import { download, type Progress } from './download.js';
import { fetchImage } from './fetch-image.js';
import { hashFile, sha256Of } from './hash-file.js';
import { severalAtOnce } from './several-at-once.js';

/** What became of one file or image. */
export type Fetched = { artifact: Artifact | Image; path: string } & (
  { state: 'present' | 'fetched' } | { state: 'failed'; problem: string }
);

export type FetchScreen = {
  progress: (artifact: Artifact | Image, ...how: Parameters<Progress>) => void;
  ended: (fetched: Fetched) => void;
};

export type FetchRequest = {
  artifacts: readonly Artifact[];
  images: readonly Image[];
  folder: string;
  accessTo: AccessOf;
  originOf: (image: Image) => ImageSource;
  screen: FetchScreen;
};

/** A file of the folder and its checksum. */
type Summed = { path: string; sha256: string };

/**
 * Brings every file and image that the folder lacks, or has with another content, into it, and writes its `SHA256SUMS`.
 * What cannot be had keeps nothing else back.
 */
export async function fetchAll(request: FetchRequest): Promise<Fetched[]> {
  const { artifacts, images, folder, screen } = request;
  const sums: Summed[][] = [];
  const all = await severalAtOnce([...artifacts, ...images], async (wanted, index) => {
    const fetched = await attempt(wanted, async () => {
      const { state, holds } =
        'url' in wanted ? await fetchFile(wanted, request) : await fetchLayout(wanted, request);
      sums[index] = holds;
      return state;
    });
    screen.ended(fetched);
    return fetched;
  });
  const lines = sums.flat().map(({ sha256, path }) => `${sha256}  ${path}\n`);
  if (lines.length > 0) {
    const target = join(folder, 'SHA256SUMS');
    await mkdir(folder, { recursive: true });
    await writeFile(`${target}.part`, lines.join(''));
    await rename(`${target}.part`, target);
  }
  return all;
}

async function attempt(
  artifact: Artifact | Image,
  bring: () => Promise<'present' | 'fetched'>,
): Promise<Fetched> {
  const path = 'url' in artifact ? storePath(artifact) : layoutPath(artifact);
  try {
    return { artifact, path, state: await bring() };
  } catch (error) {
    return { artifact, path, state: 'failed', problem: (error as Error).message };
  }
}

type Brought = { state: 'present' | 'fetched'; holds: Summed[] };

async function fetchFile(artifact: Artifact, { folder, accessTo, screen }: FetchRequest): Promise<Brought> {
  const { sha256, url } = artifact;
  const path = storePath(artifact);
  const target = join(folder, path);
  const holds = [{ path, sha256 }];
  const there = await hashFile(target);
  if (there !== undefined && sha256Of(there) === sha256) return { state: 'present', holds };
  await download(artifact, target, accessTo(url), (...how) => screen.progress(artifact, ...how));
  return { state: 'fetched', holds };
}

async function fetchLayout(image: Image, { folder, originOf, screen }: FetchRequest): Promise<Brought> {
  const { state, blobs } = await fetchImage(
    image,
    folder,
    () => originOf(image),
    (...how) => screen.progress(image, ...how),
  );
  // The name of a blob is its checksum.
  return { state, holds: blobs.map((path) => ({ path, sha256: path.slice(-64) })) };
}
