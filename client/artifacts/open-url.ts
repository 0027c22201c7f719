import { Agent } from 'node:https';
import type { Readable } from 'node:stream';
import axios from 'axios';
import type { Access } from './access.js';

export type OpenedUrl = {
  status: number;
  /** Of the whole file, where the server says it. */
  totalBytes: number | undefined;
  /** Where in the file the body begins. */
  from: number;
  /** Fails when the connection is cut or stands still. */
  body: AsyncIterator<Buffer>;
  /** Whoever opened it closes it, read or not. */
  close: () => void;
};

const idleMs = 60_000;

/**
 * Asks for a file from a byte on. A server that knows no ranges answers 200 with all of it.
 * @throws Error when there is no answer; every status is an answer
 */
export async function openUrl(
  url: string,
  { ca, username, password = '' }: Access,
  from = 0,
): Promise<OpenedUrl> {
  const response = await axios.get<Readable>(url, {
    responseType: 'stream',
    decompress: false,
    timeout: idleMs,
    validateStatus: () => true,
    httpsAgent: new Agent({ minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }),
    headers: { 'Accept-Encoding': 'identity', ...(from === 0 ? {} : { Range: `bytes=${from}-` }) },
    ...(username === undefined ? {} : { auth: { username, password } }),
  });
  const { status, headers, data } = response;
  const [, start = '0', total] = /^bytes (\d+)-\d+\/(\d+)/.exec(String(headers['content-range'])) ?? [];
  const bytes = Number(total ?? headers['content-length']);
  return {
    status,
    totalBytes: Number.isNaN(bytes) ? undefined : bytes,
    from: status === 206 ? Number(start) : 0,
    body: watched(data),
    close: () => data.destroy(),
  };
}

async function* watched(stream: Readable): AsyncGenerator<Buffer> {
  const stop = (): unknown => stream.destroy(new Error(`no byte for ${idleMs / 1000} s`));
  const timer = setTimeout(stop, idleMs);
  try {
    for await (const part of stream) {
      timer.refresh();
      yield part as Buffer;
    }
  } finally {
    clearTimeout(timer);
  }
}
