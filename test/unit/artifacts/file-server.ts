import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

export type FileServer = {
  url: string;
  files: Map<string, Buffer>;
  redirects: Map<string, string>;
  /** Answers of this number of bytes at most, then a broken connection; each counts for one request. */
  cuts: number[];
  /** How much of a file the other side has; a connection breaks only when what was sent is there. */
  landed: () => number;
  /** Whether it knows ranges. */
  ranges: boolean;
  requests: Pick<IncomingMessage, 'url' | 'headers'>[];
  /** Connections that are open now. */
  connections: () => Promise<number>;
  close: () => void;
};

/** A server of files in memory that breaks connections where it is told. */
export async function fileServer(): Promise<FileServer> {
  const http = createServer((request, response) => {
    server.requests.push({ url: request.url, headers: request.headers });
    const elsewhere = server.redirects.get(request.url ?? '');
    if (elsewhere !== undefined) return void response.writeHead(302, { Location: elsewhere }).end();
    const content = server.files.get(request.url ?? '');
    // A page that never ends.
    if (content === undefined) return void response.writeHead(404).write('not here');
    const asked = server.ranges ? /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] : undefined;
    const from = Number(asked ?? 0);
    if (asked !== undefined && from >= content.length)
      return void response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
    const range = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(asked === undefined ? 200 : 206, {
      'Content-Length': content.length - from,
      // A registry says what a manifest is.
      ...(request.url?.includes('/manifests/') && {
        'Content-Type': 'application/vnd.oci.image.manifest.v1+json',
      }),
      ...(asked === undefined ? {} : { 'Content-Range': range }),
    });
    const cut = server.cuts.shift();
    if (cut === undefined) return void response.end(content.subarray(from));
    response.write(content.subarray(from, from + cut), () => {
      const watch = setInterval(() => {
        if (server.landed() < from + cut) return;
        clearInterval(watch);
        response.destroy();
      }, 2);
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server: FileServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    files: new Map(),
    redirects: new Map(),
    cuts: [],
    landed: () => Infinity,
    ranges: true,
    requests: [],
    connections: () => promisify(http.getConnections.bind(http))(),
    close: () => {
      http.close();
      http.closeAllConnections();
    },
  };
  return server;
}
