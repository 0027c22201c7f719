import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ApiError, PermanentError } from '../../errors.js';
import { requireDigest } from './digest.js';
import type { ImageSource } from './image-source.js';

/** A connection over which nothing comes for so long is taken for broken. */
const silentMs = 30_000;

export type ReadOptions = {
  /** First byte wanted, 0 when absent. */
  from?: number;
  signal?: AbortSignal;
};

/**
 * A blob from a byte to its end. After a broken connection it goes on where it was, as long as each attempt brings
 * something. Read from its first byte it is checked against its digest before the last part is given; read from a later
 * one, that is left to whoever has the beginning.
 * @throws PermanentError when the source holds other bytes under this digest; ApiError when it stops answering
 */
export async function* readBlob(
  source: Pick<ImageSource, 'name' | 'openBlob'>,
  { digest, size }: { digest: string; size: number },
  { from = 0, signal }: ReadOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  let position = from;
  let held: Buffer | undefined;
  while (position < size) {
    const before = position;
    try {
      for await (const part of partsOf(await source.openBlob(digest, position, signal))) {
        if (held) yield held;
        held = part;
        hash.update(part);
        position += part.length;
      }
      if (position < size) throw brokenOff(source.name, digest, `${position} of ${size} bytes came`);
    } catch (error) {
      signal?.throwIfAborted();
      if (position === before || error instanceof PermanentError) throw error;
    }
    if (position > size)
      throw new PermanentError(`${source.name} gave more than ${size} bytes for ${digest}`);
  }
  if (from === 0) requireDigest(`sha256:${hash.digest('hex')}`, digest, source.name);
  if (held) yield held;
}

async function* partsOf(stream: Readable): AsyncGenerator<Buffer> {
  const parts = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const timer = setTimeout(
        () => stream.destroy(new Error(`nothing came for ${silentMs / 1000} s`)),
        silentMs,
      );
      const next = await parts.next().finally(() => clearTimeout(timer));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

function brokenOff(name: string, digest: string, detail: string): ApiError {
  return new ApiError(name, 'GET', digest, 0, detail, true);
}
