import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../activities/clients/registry/digest.js';
import { manifestTypes } from '../../activities/clients/registry/manifest.js';

type Part = { mediaType: string; digest: string; size: number };

/** An image layout in memory: path to content. */
export type Layout = { files: Map<string, Buffer>; digest: string; images: Part[]; layers: Part[] };

const oci = {
  image: manifestTypes.ociImage,
  index: manifestTypes.ociIndex,
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};
const docker = {
  image: manifestTypes.dockerImage,
  index: manifestTypes.dockerList,
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
};

/** Bytes that look random and are the same each time. */
export function bytesOf(seed: string, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let made = 0; made < length; made += 32)
    blocks.push(createHash('sha256').update(`${seed} ${made}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** An index of images for several platforms, which share their first layer. */
export function makeLayout(
  tag: string,
  platforms: readonly string[],
  { form = 'oci', layerBytes = 100_000 }: { form?: 'oci' | 'docker'; layerBytes?: number } = {},
): Layout {
  const types = form === 'oci' ? oci : docker;
  const files = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer): Part => {
    const digest = digestOf(content);
    files.set(`/blobs/${digest.replace(':', '/')}`, content);
    return { mediaType, digest, size: content.length };
  };
  const json = (content: unknown): Buffer => Buffer.from(JSON.stringify(content));
  const shared = add(types.layer, bytesOf(`${tag} shared`, layerBytes));
  const layers = [shared];
  const images = platforms.map((platform) => {
    const [os, architecture] = platform.split('/');
    const own = add(types.layer, bytesOf(`${tag} ${platform}`, layerBytes / 2));
    layers.push(own);
    const diffs = [shared, own].map(({ digest }) => digest);
    const config = add(types.config, json({ os, architecture, rootfs: { type: 'layers', diff_ids: diffs } }));
    const manifest = { schemaVersion: 2, mediaType: types.image, config, layers: [shared, own] };
    return { ...add(types.image, json(manifest)), platform: { os, architecture } };
  });
  const index = add(types.index, json({ schemaVersion: 2, mediaType: types.index, manifests: images }));
  const annotations = { 'org.opencontainers.image.ref.name': tag };
  files.set('/oci-layout', json({ imageLayoutVersion: '1.0.0' }));
  files.set('/index.json', json({ schemaVersion: 2, manifests: [{ ...index, annotations }] }));
  return { files, digest: index.digest, images, layers };
}

export type FileServer = {
  url: string;
  /** Paths asked for, with the range. */
  requests: string[];
  /** The login of each request. */
  logins: (string | undefined)[];
  /** Breaks the connection of the next request for a path after so many bytes. */
  cut: (path: string, afterBytes: number) => void;
  close: () => Promise<void>;
};

/** Plain files over HTTP. @param ranges whether the server knows `Range` */
export async function serveFiles(files: ReadonlyMap<string, Buffer>, ranges = true): Promise<FileServer> {
  const requests: string[] = [];
  const logins: (string | undefined)[] = [];
  const cuts = new Map<string, number>();
  const server = createServer(({ url = '/', headers: { range, authorization } }, response) => {
    logins.push(authorization);
    requests.push(range === undefined ? url : `${url} ${range}`);
    const content = files.get(url);
    if (content === undefined) return void response.writeHead(404).end();
    const from = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0) : 0;
    const body = content.subarray(from);
    const partial = from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length, ...partial });
    const cut = cuts.get(url);
    if (cut === undefined) return void response.end(body);
    cuts.delete(url);
    response.write(body.subarray(0, cut), () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    logins,
    cut: (path, afterBytes) => void cuts.set(path, afterBytes),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
