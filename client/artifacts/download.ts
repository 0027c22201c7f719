import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Artifact } from '../../config/artifacts/artifact.js';
import type { Access } from './access.js';
import { hashFile, nothing, sha256Of, type Hashed } from './hash-file.js';
import { openUrl, type OpenedUrl } from './open-url.js';

/** How far a download is; the whole length where the server says it. */
export type Progress = (bytes: number, totalBytes: number | undefined) => void;

type Transferred = Hashed & { cut?: Error };

/**
 * Brings a file to `target`. What arrived waits in `target.part` and is gone on with, in this call as long as each
 * connection brings something more, and in the next one. Only a file with the right checksum gets its name.
 * @throws Error that says the cause
 */
export async function download(
  { url, sha256 }: Pick<Artifact, 'url' | 'sha256'>,
  target: string,
  access: Access,
  progress: Progress,
): Promise<void> {
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  let have: Transferred = (await hashFile(part)) ?? nothing();
  let isOld = have.bytes > 0;
  while (sha256Of(have) !== sha256) {
    const before = have.bytes;
    have = await transfer(url, part, have, access, progress);
    if (have.cut !== undefined && have.bytes <= before) throw have.cut;
    if (have.cut !== undefined || sha256Of(have) === sha256) continue;
    await rm(part);
    if (!isOld)
      throw new Error(`SHA-256 is ${sha256Of(have)}, wanted ${sha256} (${url}). What arrived was deleted`);
    // What an earlier call left may be what is wrong.
    isOld = false;
    have = nothing();
  }
  await rename(part, target);
}

async function transfer(
  url: string,
  part: string,
  have: Hashed,
  access: Access,
  progress: Progress,
): Promise<Transferred> {
  const opened = await openUrl(url, access, have.bytes).catch((error: Error) => {
    throw new Error(`${url} does not answer: ${error.message}`);
  });
  try {
    const { status, from } = opened;
    // There is nothing after what we have.
    if (status === 416 && have.bytes > 0) return have;
    if (status === 206 && from !== have.bytes)
      throw new Error(`${url} answers with another part of the file than was asked for`);
    if (status !== 200 && status !== 206) throw new Error(`${url} answers ${status}`);
    const read = status === 200 ? nothing() : { hash: have.hash.copy(), bytes: have.bytes };
    return await write(opened, url, part, read, progress);
  } finally {
    opened.close();
  }
}

/** Appends to `part`, or begins it anew when nothing was read so far. */
async function write(
  { body, totalBytes }: OpenedUrl,
  url: string,
  part: string,
  read: Hashed,
  progress: Progress,
): Promise<Transferred> {
  const file = await open(part, read.bytes === 0 ? 'w' : 'a');
  try {
    for (;;) {
      const next = await body.next().catch((error: Error) => new Error(`${url}: ${error.message}`));
      if (next instanceof Error) return { ...read, cut: next };
      if (next.done) return read;
      await file.appendFile(next.value).catch((error: Error) => {
        throw new Error(`${part} cannot be written: ${error.message}`);
      });
      read.hash.update(next.value);
      read.bytes += next.value.length;
      progress(read.bytes, totalBytes);
    }
  } finally {
    await file.close();
  }
}
