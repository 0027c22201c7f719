import type { IncomingMessage, ServerResponse } from 'node:http';
import { tarGzOf, zipOf } from './archives.js';
import { imageLayout } from './image-layout.js';

/** The text that stands for a program: simulators of it look for its first line. */
export function simulatedProgram(name: string, version: string): string {
  return `simulated program ${name} ${version}\n`;
}

const program = (name: string, version: string): Buffer => Buffer.from(simulatedProgram(name, version));

const image = (path: string): Map<string, Buffer> => imageLayout(path, `simulated image ${path}`);

/** What the simulated store serves, by path below it. The bytes never change: site files name their checksums and digests. */
export const storeFiles: ReadonlyMap<string, Buffer> = new Map([
  ['vault/1.21.1/vault_1.21.1_linux_amd64.zip', zipOf('vault', program('vault', '1.21.1'))],
  ['gogs/0.14.3/gogs_v0.14.3_linux_amd64.tar.gz', tarGzOf('gogs/gogs', program('gogs', '0.14.3'))],
  ['registry/3.0.0/registry_3.0.0_linux_amd64.tar.gz', tarGzOf('registry', program('registry', '3.0.0'))],
  ...image('images/quay.io/argoproj/argocd/v3.5.3'),
  ...image('images/public.ecr.aws/docker/library/redis/8.2.3-alpine'),
  // What the example sites add to the catalogue.
  ...image('images/registry.example.org/eservices/portal/1.0'),
]);

const root = '/store/';

/** Answers a request for the artefact store, from a byte on where one is asked for; false for any other request. */
export function serveStore(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.url?.startsWith(root) !== true) return false;
  const content = storeFiles.get(request.url.slice(root.length));
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (content === undefined) response.writeHead(404).end();
  else if (from === undefined) response.writeHead(200, { 'Content-Length': content.length }).end(content);
  else if (Number(from) >= content.length)
    response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
  else
    response
      .writeHead(206, {
        'Content-Length': content.length - Number(from),
        'Content-Range': `bytes ${from}-${content.length - 1}/${content.length}`,
      })
      .end(content.subarray(Number(from)));
  return true;
}
