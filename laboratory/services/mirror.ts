import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join, normalize } from 'node:path';

/** The package mirror: files of a folder, by HTTP. `packages` of the site file stands for the folder's `debian`. */
export async function serveMirror(packages: string, folder: string): Promise<void> {
  const { hostname, port, pathname } = new URL(packages);
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', packages).pathname));
    const base = pathname.replace(/\/$/, '');
    if (!path.startsWith(base)) return void response.writeHead(404).end();
    answer(join(folder, `debian${path.slice(base.length)}`), request.method === 'HEAD', response).catch(() =>
      response.writeHead(404).end(),
    );
  });
  server.listen(Number(port || 80), hostname);
  await once(server, 'listening');
}

async function answer(file: string, headOnly: boolean, response: ServerResponse): Promise<void> {
  const found = await stat(file);
  response.writeHead(200, found.isFile() ? { 'content-length': found.size } : {});
  if (headOnly || !found.isFile()) response.end();
  else createReadStream(file).pipe(response);
}
