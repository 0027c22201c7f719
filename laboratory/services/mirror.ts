import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { normalize } from 'node:path';

/** What is served below an address: files whose path begins with `prefix`, nothing without one. */
export type Served = { url: string; prefix?: string };

/**
 * Files by HTTP or HTTPS as their addresses in the site file say: the package mirror, and the artefact store. Addresses
 * of one origin are one server.
 */
export async function serveFiles(served: readonly Served[], credentials: ServerOptions): Promise<void> {
  const origins = new Set(served.map(({ url }) => new URL(url).origin));
  for (const origin of origins) {
    const here = served.filter(({ url }) => new URL(url).origin === origin);
    await serveOrigin(new URL(origin), here, credentials);
  }
}

async function serveOrigin(
  { protocol, hostname, port, href }: URL,
  served: readonly Served[],
  credentials: ServerOptions,
): Promise<void> {
  const listener: RequestListener = (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', href).pathname));
    const file = served
      .map(({ url, prefix }) => ({ base: new URL(url).pathname.replace(/\/$/, ''), prefix }))
      .flatMap(({ base, prefix }) =>
        prefix !== undefined && path.startsWith(base) ? [prefix + path.slice(base.length)] : [],
      )[0];
    if (file === undefined) return void response.writeHead(404).end();
    answer(file, request.method === 'HEAD', response).catch(() => response.writeHead(404).end());
  };
  const overTls = protocol === 'https:';
  const server = overTls ? createTlsServer(credentials, listener) : createServer(listener);
  server.listen(Number(port || (overTls ? 443 : 80)), hostname);
  await once(server, 'listening');
}

async function answer(file: string, headOnly: boolean, response: ServerResponse): Promise<void> {
  const found = await stat(file);
  response.writeHead(200, found.isFile() ? { 'content-length': found.size } : {});
  if (headOnly || !found.isFile()) response.end();
  else createReadStream(file).pipe(response);
}
