import { Readable } from 'node:stream';
import { PermanentError } from '../../errors.js';
import type { HttpClient } from '../http/http-client.js';

/**
 * Opens a file over HTTP at a byte. A server that does not know ranges sends all of it, whose beginning is then dropped.
 * @throws PermanentError when the server begins elsewhere
 */
export async function openAt(
  http: HttpClient,
  path: string,
  from: number,
  signal?: AbortSignal,
): Promise<Readable> {
  const { status, headers, body } = await http.request<Readable>({
    method: 'GET',
    path,
    // Compressed on the way, bytes would be other ones than those that ranges count.
    headers: { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
    accept: [200, 206],
    read: 'stream',
    ...(signal && { signal }),
  });
  if (status === 200) return from === 0 ? body : Readable.from(withoutBeginning(body, from));
  const begins = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
  if (begins === String(from)) return body;
  body.destroy();
  throw new PermanentError(`${path}: asked from byte ${from}, answered from byte ${begins ?? 'unknown'}`);
}

async function* withoutBeginning(stream: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const part of stream as AsyncIterable<Buffer>) {
    if (left < part.length) yield part.subarray(left);
    left = Math.max(0, left - part.length);
  }
}
