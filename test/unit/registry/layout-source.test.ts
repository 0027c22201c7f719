import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { digestOf } from '../../../activities/clients/registry/digest.js';
import { readImageTree } from '../../../activities/clients/registry/image-tree.js';
import { layoutSource } from '../../../activities/clients/registry/layout-source.js';
import { manifestTypes } from '../../../activities/clients/registry/manifest.js';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const blobOf = (bytes: Buffer, mediaType: string) => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

/** A layout whose manifests do not name their form, which the OCI leaves to them. */
function layout(changes: Record<string, Buffer> = {}) {
  const config = Buffer.from('{}');
  const image = json({
    schemaVersion: 2,
    config: blobOf(config, 'application/vnd.oci.image.config.v1+json'),
    layers: [],
  });
  const index = json({ schemaVersion: 2, manifests: [blobOf(image, manifestTypes.ociImage)] });
  const tagged = (tag: string, bytes: Buffer, mediaType: string) => ({
    ...blobOf(bytes, mediaType),
    annotations: { 'org.opencontainers.image.ref.name': tag },
  });
  const manifests = [
    tagged('all', index, manifestTypes.ociIndex),
    tagged('one', image, manifestTypes.ociImage),
  ];
  const files = new Map([
    ['/oci-layout', json({ imageLayoutVersion: '1.0.0' })],
    ['/index.json', json({ schemaVersion: 2, manifests })],
    ...[config, image, index].map((bytes) => [`/blobs/${digestOf(bytes).replace(':', '/')}`, bytes] as const),
    ...Object.entries(changes),
  ]);
  const source = layoutSource({
    name: 'the layout',
    read: async (path) => files.get(path),
    open: async (path, from) => Readable.from([files.get(path)!.subarray(from)]),
  });
  return { source, index: digestOf(index), image: digestOf(image) };
}

test('the form of a manifest follows from what it holds where it names none', async () => {
  const { source, index, image } = layout();
  const top = await source.manifest(index);
  expect(top?.mediaType).toBe(manifestTypes.ociIndex);
  const tree = await readImageTree(source, top!, undefined);
  expect(tree.manifests.map(({ digest, mediaType }) => [digest, mediaType])).toEqual([
    [image, manifestTypes.ociImage],
    [index, manifestTypes.ociIndex],
  ]);
});

test('a tag is found among several; another one is none of them', async () => {
  const { source, index, image } = layout();
  expect((await source.manifest('all'))?.digest).toBe(index);
  expect((await source.manifest('one'))?.digest).toBe(image);
  expect(await source.manifest('two')).toBeUndefined();
  expect(await source.manifest(`sha256:${'0'.repeat(64)}`)).toBeUndefined();
});

test.each([
  ['another version', '/oci-layout', json({ imageLayoutVersion: '2.0.0' })],
  ['no JSON', '/index.json', Buffer.from('<html>')],
  ['no digests', '/index.json', json({ manifests: [{ mediaType: 'x', digest: '../x', size: 1 }] })],
])('a layout of %s is refused with the file', async (_, path, content) => {
  await expect(layout({ [path]: content }).source.manifest('all')).rejects.toThrow(
    `the layout${path} is not part of an OCI image layout of version 1.0.0`,
  );
});

test('a manifest that holds other bytes than its digest says is refused', async () => {
  const { index } = layout();
  const path = `/blobs/${index.replace(':', '/')}`;
  await expect(layout({ [path]: Buffer.from('{}') }).source.manifest(index)).rejects.toThrow(
    `the layout${path} gave sha256:`,
  );
});
