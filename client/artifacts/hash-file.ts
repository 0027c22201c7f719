import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What was read so far: its hash, which can go on, and its length. */
export type Hashed = { hash: Hash; bytes: number };

export function nothing(): Hashed {
  return { hash: createHash('sha256'), bytes: 0 };
}

/**
 * What a file holds, up to the length that it has now; undefined when there is none.
 * @throws Error that names the file
 */
export async function hashFile(path: string): Promise<Hashed | undefined> {
  const read = nothing();
  try {
    const { size } = await stat(path);
    if (size === 0) return read;
    for await (const part of createReadStream(path, { end: size - 1 })) {
      read.hash.update(part as Buffer);
      read.bytes += (part as Buffer).length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read: ${(error as Error).message}`);
  }
  return read;
}

/** The hash as text; what was hashed can go on. */
export function sha256Of({ hash }: Hashed): string {
  return hash.copy().digest('hex');
}
