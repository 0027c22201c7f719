import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ImageSource } from '../../activities/clients/registry/image-source.js';
import { readBlob } from '../../activities/clients/registry/read-blob.js';
import { hashFile, nothing, sha256Of, type Hashed } from './hash-file.js';

type Blob = { digest: string; size: number };

/**
 * Brings a blob to `target`, unless it is there. What arrived waits in `target.part` and is gone on with; only one with the
 * right digest gets its name.
 * @param arrived told how many bytes there are
 * @throws Error that says the cause
 */
export async function bringBlob(
  source: ImageSource,
  blob: Blob,
  target: string,
  arrived: (bytes: number) => void,
): Promise<void> {
  const there = await hashFile(target);
  if (there !== undefined && digestOf(there) === blob.digest) return arrived(blob.size);
  const part = `${target}.part`;
  await mkdir(dirname(target), { recursive: true });
  let left = (await hashFile(part)) ?? nothing();
  if (left.bytes > blob.size) left = nothing();
  let whole = await append(source, blob, part, left, arrived);
  // What an earlier call left may be what is wrong.
  if (digestOf(whole) !== blob.digest && left.bytes > 0)
    whole = await append(source, blob, part, nothing(), arrived);
  if (digestOf(whole) !== blob.digest) {
    await rm(part);
    throw new Error(`${source.name} gave ${digestOf(whole)} for ${blob.digest}. What arrived was deleted`);
  }
  await rename(part, target);
}

function digestOf(hashed: Hashed): string {
  return `sha256:${sha256Of(hashed)}`;
}

/** Writes what is missing behind what is left, or begins anew when nothing is. */
async function append(
  source: ImageSource,
  blob: Blob,
  part: string,
  left: Hashed,
  arrived: (bytes: number) => void,
): Promise<Hashed> {
  const read = { hash: left.hash.copy(), bytes: left.bytes };
  const file = await open(part, left.bytes === 0 ? 'w' : 'a');
  try {
    for await (const bytes of readBlob(source, blob, { from: left.bytes })) {
      await file.appendFile(bytes).catch((error: Error) => {
        throw new Error(`${part} cannot be written: ${error.message}`);
      });
      read.hash.update(bytes);
      read.bytes += bytes.length;
      arrived(read.bytes);
    }
    return read;
  } finally {
    await file.close();
  }
}
