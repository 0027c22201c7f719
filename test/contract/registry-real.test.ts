import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBlob } from '../../activities/clients/registry/blobs.js';
import { folderLayoutSource } from '../../activities/clients/registry/folder-layout-source.js';
import { httpLayoutSource } from '../../activities/clients/registry/http-layout-source.js';
import { deleteManifest, manifestDigest } from '../../activities/clients/registry/manifests.js';
import { mirrorImage } from '../../activities/clients/registry/mirror-image.js';
import { checkLogin, registryAt } from '../../activities/clients/registry/registry.js';
import { fetchImage } from '../../client/artifacts/fetch-image.js';
import { imageProblem } from '../../client/artifacts/image-problem.js';
import { originOfImage } from '../../client/artifacts/origin-of-image.js';
import { layoutPath } from '../../config/artifacts/image.js';
import { canTestWith } from '../../tools/test-programs.js';
import { makeLayout, serveFiles, type Layout } from './image-fixture.js';
import { registryContract } from './registry-contract.js';
import { startRealRegistry, type RealRegistry } from './registry-real.js';

const run = promisify(execFile);

describe.runIf(canTestWith('docker-registry'))('the real program', () => {
  registryContract("Debian's docker-registry with the role's texts", startRealRegistry);

  describe('once it is filled', () => {
    let registry: RealRegistry;
    beforeAll(async () => {
      registry = await startRealRegistry();
    });
    afterAll(() => registry.close());

    const fill = async (layout: Layout, repository: string, tag: string): Promise<void> => {
      const server = await serveFiles(layout.files);
      const target = registryAt({ url: registry.push.url, ca: registry.ca, ...registry.push.login });
      await mirrorImage({
        source: httpLayoutSource({ url: server.url }),
        reference: tag,
        target: { registry: target, repository },
      });
      await server.close();
    };

    test.runIf(canTestWith('skopeo'))('skopeo pulls what was mirrored, digest by digest', async () => {
      const layout = makeLayout('v1', ['linux/amd64', 'linux/arm64']);
      await fill(layout, 'rancher/pulled', 'v1');
      const { host } = new URL(registry.pull.url);
      const { username, password } = registry.pull.login;
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      writeFileSync(join(registry.folder, 'auth.json'), JSON.stringify({ auths: { [host]: { auth } } }));
      mkdirSync(join(registry.folder, 'authorities'));
      writeFileSync(join(registry.folder, 'authorities', 'ca.crt'), registry.ca);
      const copied = join(registry.folder, 'copied');
      await run('skopeo', [
        ...['copy', '--all', '--preserve-digests', '--insecure-policy'],
        ...['--src-cert-dir', join(registry.folder, 'authorities')],
        ...['--authfile', join(registry.folder, 'auth.json')],
        ...[`docker://${host}/rancher/pulled:v1`, `oci:${copied}:v1`],
      ]);
      for (const [path, content] of layout.files)
        if (path.startsWith('/blobs/')) expect(readFileSync(join(copied, path))).toEqual(content);
      const index = JSON.parse(readFileSync(join(copied, 'index.json'), 'utf8')) as {
        manifests: { digest: string }[];
      };
      expect(index.manifests.map(({ digest }) => digest)).toEqual([layout.digest]);
    });

    test('an image goes from one registry by way of a folder and its web server to another path, as it was', async () => {
      const layout = makeLayout('v3', ['linux/amd64', 'windows/amd64'], { form: 'docker' });
      await fill(layout, 'registry.example.org/team/carried', 'v3');
      const { digest } = layout;
      const name = { name: 'carried', version: 'v3', image: 'registry.example.org/team/carried', digest };
      const image = { ...name, licence: 'MIT', neededBy: [] };
      const access = () => ({ ca: registry.ca, ...registry.pull.login });
      const folder = join(registry.folder, 'store');
      const origin = () => originOfImage(image, registry.pull.url, access);
      expect((await fetchImage(image, folder, origin, () => undefined)).state).toBe('fetched');
      const carried = readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(folder, path)).isFile())
        .map((path) => [`/${path}`, readFileSync(join(folder, path))] as const);
      const server = await serveFiles(new Map(carried));
      const pusher = registryAt({ url: registry.push.url, ca: registry.ca, ...registry.push.login });
      const target = { registry: pusher, repository: 'elsewhere.example.org/carried', tag: 'v3' };
      const source = httpLayoutSource({ url: `${server.url}/${layoutPath(image)}` });
      expect(await mirrorImage({ source, reference: digest, target })).toEqual({ digest, copiedBlobs: 5 });
      expect(await mirrorImage({ source, reference: digest, target })).toEqual({ digest, copiedBlobs: 0 });
      const node = registryAt({ url: registry.pull.url, ca: registry.ca, ...registry.pull.login });
      expect(await manifestDigest(node, target.repository, 'v3')).toBe(digest);
      await server.close();
    });

    test.runIf(canTestWith('skopeo'))(
      'skopeo writes the layout that fetch writes, and reads it',
      async () => {
        const layout = makeLayout('v4', ['linux/amd64', 'linux/arm64']);
        await fill(layout, 'registry.example.org/team/same', 'v4');
        const { digest } = layout;
        const name = { name: 'same', version: 'v4', image: 'registry.example.org/team/same', digest };
        const image = { ...name, licence: 'MIT', neededBy: [] };
        const [ours, theirs] = [join(registry.folder, 'ours'), join(registry.folder, 'theirs')];
        const origin = () =>
          originOfImage(image, registry.pull.url, () => ({ ca: registry.ca, ...registry.pull.login }));
        await fetchImage(image, ours, origin, () => undefined);
        const place = join(theirs, layoutPath(image));
        mkdirSync(place, { recursive: true });
        await run('skopeo', [
          ...['copy', '--all', '--preserve-digests', '--insecure-policy'],
          ...[`oci:${join(ours, layoutPath(image))}:v4`, `oci:${place}:v4`],
        ]);
        const blobs = (folder: string): string[] =>
          readdirSync(join(folder, layoutPath(image), 'blobs/sha256')).sort();
        expect(blobs(theirs)).toEqual(blobs(ours));
        expect(await imageProblem(image, folderLayoutSource(place))).toBeUndefined();
      },
    );

    test('garbage collection frees what no manifest names any more and keeps every image of an index', async () => {
      const kept = makeLayout('kept', ['linux/amd64', 'linux/arm64']);
      const gone = makeLayout('gone', ['linux/amd64']);
      await fill(kept, 'library/kept', 'kept');
      await fill(gone, 'library/gone', 'gone');
      const pusher = registryAt({ url: registry.push.url, ca: registry.ca, ...registry.push.login });
      const node = registryAt({ url: registry.pull.url, ca: registry.ca, ...registry.pull.login });
      for (const { digest } of [{ digest: gone.digest }, ...gone.images])
        await deleteManifest(pusher, 'library/gone', digest);
      expect(await registry.collectGarbage()).toMatch(/ 5 blobs and 0 manifests eligible for deletion/);
      await checkLogin(pusher);
      for (const { digest } of gone.layers) expect(await hasBlob(node, 'library/gone', digest)).toBe(false);
      for (const { digest } of kept.layers) expect(await hasBlob(node, 'library/kept', digest)).toBe(true);
      for (const { digest } of kept.images)
        expect(await manifestDigest(node, 'library/kept', digest)).toBe(digest);
    });
  });
});
