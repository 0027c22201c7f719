import { join } from 'node:path';
import type { Artifact } from '../../config/artifacts/artifact.js';
import { storePath, storeUrl } from '../../config/artifacts/store.js';
import type { Access, AccessOf } from './access.js';
import { hashFile, nothing, sha256Of, type Hashed } from './hash-file.js';
import { openUrl } from './open-url.js';
import { severalAtOnce } from './several-at-once.js';

/** What a store holds of one file; `problem` is absent when it is right. */
export type Verified = { artifact: Artifact; path: string; problem?: string };

/** Reads every file of a store, a folder or an address that serves one, and compares it with its checksum. */
export async function verifyAll(
  artifacts: readonly Artifact[],
  store: string,
  accessTo: AccessOf,
): Promise<Verified[]> {
  const read = (artifact: Artifact): Promise<Hashed | undefined> => {
    if (!isUrl(store)) return hashFile(join(store, storePath(artifact)));
    const url = storeUrl(store, artifact);
    return hashUrl(url, accessTo(url));
  };
  return severalAtOnce(artifacts, async (artifact) => {
    const problem = await read(artifact).then(
      (found) => problemOf(artifact, found),
      (error: Error) => error.message,
    );
    return { artifact, path: storePath(artifact), ...(problem === undefined ? {} : { problem }) };
  });
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
