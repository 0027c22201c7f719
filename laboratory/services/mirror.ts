import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import { join, normalize } from 'node:path';

/**
 * The package mirror: files of a folder, by HTTP or HTTPS as `packages` of the site file says, which stands for the
 * folder's `debian`.
 */
export async function serveMirror(
  packages: string,
  credentials: ServerOptions,
  folder: string,
): Promise<void> {
  const { protocol, hostname, port, pathname } = new URL(packages);
  const listener: RequestListener = (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', packages).pathname));
    const base = pathname.replace(/\/$/, '');
    if (!path.startsWith(base)) return void response.writeHead(404).end();
    answer(join(folder, `debian${path.slice(base.length)}`), request.method === 'HEAD', response).catch(() =>
      response.writeHead(404).end(),
    );
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
