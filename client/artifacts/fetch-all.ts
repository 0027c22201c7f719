import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Artifact } from '../../config/artifacts/artifact.js';
import { storePath } from '../../config/artifacts/store.js';
import type { AccessOf } from './access.js';
import { download, type Progress } from './download.js';
import { hashFile, sha256Of } from './hash-file.js';
import { severalAtOnce } from './several-at-once.js';

/** What became of one file. */
export type Fetched = { artifact: Artifact; path: string } & (
  { state: 'present' | 'fetched' } | { state: 'failed'; problem: string }
);

export type FetchScreen = {
  progress: (artifact: Artifact, ...how: Parameters<Progress>) => void;
  ended: (fetched: Fetched) => void;
};

/**
 * Brings every file that the folder lacks, or has with another content, into it, and writes its `SHA256SUMS`. A file
 * that cannot be had keeps none of the others back.
 */
export async function fetchAll(
  artifacts: readonly Artifact[],
  folder: string,
  accessTo: AccessOf,
  screen: FetchScreen,
): Promise<Fetched[]> {
  const all = await severalAtOnce(artifacts, async (artifact) => {
    const fetched = await fetchOne(artifact, folder, accessTo, screen);
    screen.ended(fetched);
    return fetched;
  });
  const sums = all
    .filter(({ state }) => state !== 'failed')
    .map(({ artifact, path }) => `${artifact.sha256}  ${path}\n`);
  if (sums.length > 0) {
    const target = join(folder, 'SHA256SUMS');
    await writeFile(`${target}.part`, sums.join(''));
    await rename(`${target}.part`, target);
  }
  return all;
}

async function fetchOne(
  artifact: Artifact,
  folder: string,
  accessTo: AccessOf,
  screen: FetchScreen,
): Promise<Fetched> {
  const path = storePath(artifact);
  const target = join(folder, path);
  try {
    const there = await hashFile(target);
    if (there !== undefined && sha256Of(there) === artifact.sha256)
      return { artifact, path, state: 'present' };
    await download(artifact, target, accessTo(artifact.url), (...how) => screen.progress(artifact, ...how));
    return { artifact, path, state: 'fetched' };
  } catch (error) {
    return { artifact, path, state: 'failed', problem: (error as Error).message };
  }
}
