import { join } from 'node:path';
import { folderLayoutSource } from '../../activities/clients/registry/folder-layout-source.js';
import { httpLayoutSource } from '../../activities/clients/registry/http-layout-source.js';
import type { Artifact } from '../../config/artifacts/artifact.js';
import { layoutPath, type Image } from '../../config/artifacts/image.js';
import { storePath, storeUrl } from '../../config/artifacts/store.js';
import type { Access, AccessOf } from './access.js';
import { hashFile, nothing, sha256Of, type Hashed } from './hash-file.js';
import { imageProblem } from './image-problem.js';
import { openUrl } from './open-url.js';
import { severalAtOnce } from './several-at-once.js';

/** What a store holds of one file or image; `problem` is absent when it is right. */
export type Verified = { artifact: Artifact | Image; path: string; problem?: string };

/** Reads everything in a store, a folder or an address that serves one, and compares it with its checksum. */
export async function verifyAll(
  wanted: readonly (Artifact | Image)[],
  store: string,
  accessTo: AccessOf,
): Promise<Verified[]> {
  return severalAtOnce(wanted, async (artifact) => {
    const path = 'url' in artifact ? storePath(artifact) : layoutPath(artifact);
    const found =
      'url' in artifact ? fileProblem(artifact, store, accessTo) : layoutProblem(artifact, store, accessTo);
    const problem = await found.catch((error: Error) => error.message);
    return { artifact, path, ...(problem === undefined ? {} : { problem }) };
  });
}

async function fileProblem(
  artifact: Artifact,
  store: string,
  accessTo: AccessOf,
): Promise<string | undefined> {
  if (!isUrl(store)) return problemOf(artifact, await hashFile(join(store, storePath(artifact))));
  const url = storeUrl(store, artifact);
  return problemOf(artifact, await hashUrl(url, accessTo(url)));
}

function layoutProblem(image: Image, store: string, accessTo: AccessOf): Promise<string | undefined> {
  if (!isUrl(store)) return imageProblem(image, folderLayoutSource(join(store, layoutPath(image))));
  const url = `${store.replace(/\/+$/, '')}/${layoutPath(image)}`;
  return imageProblem(image, httpLayoutSource({ url, viaProxy: true, ...accessTo(url) }));
}

/** Whether a store is an address; a folder otherwise. */
export function isUrl(store: string): boolean {
  return /^https?:\/\//.test(store);
}

function problemOf({ sha256 }: Artifact, found: Hashed | undefined): string | undefined {
  if (found === undefined) return 'missing';
  const sum = sha256Of(found);
  return sum === sha256 ? undefined : `SHA-256 is ${sum}, wanted ${sha256}`;
}

async function hashUrl(url: string, access: Access): Promise<Hashed | undefined> {
  const { status, body, close } = await openUrl(url, access);
  const read = nothing();
  try {
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`${url} answers ${status}`);
    for (let next = await body.next(); !next.done; next = await body.next()) {
      read.hash.update(next.value);
      read.bytes += next.value.length;
    }
    return read;
  } finally {
    close();
  }
}
