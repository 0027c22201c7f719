import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { tarGzOf } from './archives.js';

type Part = { mediaType: string; digest: string; size: number };

const types = {
  index: 'application/vnd.oci.image.index.v1+json',
  image: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
};
const architectures = ['amd64', 'arm64'];

/**
 * The files of an OCI image layout below `path`, the last part of which is the tag: an index of two platforms, each with one
 * layer that holds one text.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export function imageLayout(path: string, text: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer): Part => {
    const hash = sha256(content);
    files.set(`${path}/blobs/sha256/${hash}`, content);
    return { mediaType, digest: `sha256:${hash}`, size: content.length };
  };
  const manifests = architectures.map((architecture) => {
    const layer = tarGzOf('image', Buffer.from(`${text} ${architecture}\n`));
    const diffs = [`sha256:${sha256(gunzipSync(layer))}`];
    const config = { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: diffs } };
    const image = {
      schemaVersion: 2,
      mediaType: types.image,
      config: add(types.config, json(config)),
      layers: [add(types.layer, layer)],
    };
    return { ...add(types.image, json(image)), platform: { os: 'linux', architecture } };
  });
  const index = add(types.index, json({ schemaVersion: 2, mediaType: types.index, manifests }));
  const annotations = { 'org.opencontainers.image.ref.name': path.slice(path.lastIndexOf('/') + 1) };
  files.set(`${path}/oci-layout`, json({ imageLayoutVersion: '1.0.0' }));
  files.set(`${path}/index.json`, json({ schemaVersion: 2, manifests: [{ ...index, annotations }] }));
  return files;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
