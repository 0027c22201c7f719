import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hasBlob } from '../../activities/clients/registry/blobs.js';
import { httpLayoutSource } from '../../activities/clients/registry/http-layout-source.js';
import { eachOf } from '../../activities/clients/registry/each-of.js';
import {
  deleteManifest,
  getManifest,
  manifestDigest,
  putManifest,
} from '../../activities/clients/registry/manifests.js';
import { mirrorImage, type MirrorRequest } from '../../activities/clients/registry/mirror-image.js';
import { readBlob } from '../../activities/clients/registry/read-blob.js';
import { checkLogin, registryAt, type Registry } from '../../activities/clients/registry/registry.js';
import { registrySource } from '../../activities/clients/registry/registry-source.js';
import { listRepositories, listTags } from '../../activities/clients/registry/tags.js';
import { uploadBlob } from '../../activities/clients/registry/upload-blob.js';
import { ApiError, PermanentError } from '../../activities/errors.js';
import { digestOf } from '../../activities/clients/registry/digest.js';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.js';
import { bytesOf, makeLayout, serveFiles, type FileServer, type Layout } from './image-fixture.js';
import { platformCertificate } from './platform-certificate.js';

export type Login = { username: string; password: string };

/** Two instances over one storage: one takes pushes of `pusher`, one gives to `node` and changes nothing. */
export type RegistryUnderTest = {
  ca: string;
  push: { url: string; login: Login };
  pull: { url: string; login: Login };
  close: () => Promise<void>;
};

const platforms = ['linux/amd64', 'linux/arm64', 'windows/amd64'];
const partBytes = 64 * 1024;

/** What the registry client needs of any registry, the sandbox's and Debian's alike. */
export function registryContract(name: string, make: () => Promise<RegistryUnderTest>): void {
  describe(`registry client against ${name}`, () => {
    let under: RegistryUnderTest;
    let proxy: FaultyProxy;
    let pusher: Registry;
    let node: Registry;
    const opened: FileServer[] = [];
    beforeAll(async () => {
      under = await make();
      proxy = await startFaultyProxy({ url: under.push.url, ca: under.ca });
      pusher = registryAt({ url: proxy.url, ca: proxy.ca, ...under.push.login });
      node = registryAt({ url: under.pull.url, ca: under.ca, ...under.pull.login });
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((server) => server.close()));
    });
    afterAll(async () => {
      await proxy.close();
      await under.close();
    });
    const thrownBy = (promise: Promise<unknown>): Promise<Error> =>
      promise.then(
        () => new Error('nothing was thrown'),
        (error: unknown) => error as Error,
      );
    const served = async ({ files }: Layout, ranges = true): Promise<FileServer> => {
      const server = await serveFiles(files, ranges);
      opened.push(server);
      return server;
    };
    const mirror = (
      server: FileServer,
      repository: string,
      tag: string,
      more: Partial<MirrorRequest> = {},
    ): ReturnType<typeof mirrorImage> =>
      mirrorImage({
        source: httpLayoutSource({ url: server.url }),
        reference: tag,
        target: { registry: pusher, repository },
        partBytes,
        ...more,
      });
    const contentOf = async (
      registry: Registry,
      repository: string,
      part: { digest: string; size: number },
    ) => {
      const parts: Buffer[] = [];
      for await (const bytes of readBlob(registrySource(registry, repository), part)) parts.push(bytes);
      return Buffer.concat(parts);
    };

    test('each instance knows its own login and no other', async () => {
      await checkLogin(pusher);
      await checkLogin(node);
      const refused = [
        { url: under.push.url, ca: under.ca },
        { url: under.push.url, ca: under.ca, ...under.push.login, password: 'another' },
        { url: under.push.url, ca: under.ca, ...under.pull.login },
        { url: under.pull.url, ca: under.ca, ...under.push.login },
      ];
      for (const settings of refused) {
        const error = await thrownBy(checkLogin(registryAt(settings)));
        expect(error).toMatchObject({ status: 401, retryable: false });
        expect(error.message).not.toContain(under.push.login.password);
      }
    });

    test('a certificate of another authority is refused', async () => {
      const { ca } = await platformCertificate();
      const other = ca === under.ca ? undefined : ca;
      const error = await thrownBy(
        checkLogin(registryAt({ url: under.push.url, ...(other && { ca: other }), ...under.push.login })),
      );
      expect(error).toMatchObject({ status: 0 });
    });

    test.each(['oci', 'docker'] as const)(
      'an index of %s keeps its digest, and so does all below it',
      async (form) => {
        const layout = makeLayout(`v1-${form}`, platforms, { form });
        const progress: number[] = [];
        const result = await mirror(await served(layout), `rancher/rke2-${form}`, `v1-${form}`, {
          progress: ({ doneBytes, totalBytes }) => void progress.push(doneBytes / totalBytes),
        });
        expect(result).toEqual({
          digest: layout.digest,
          copiedBlobs: layout.layers.length + platforms.length,
        });
        expect(progress.at(-1)).toBe(1);
        expect(progress).toEqual([...progress].sort((one, other) => one - other));
        const repository = `rancher/rke2-${form}`;
        expect(await manifestDigest(node, repository, `v1-${form}`)).toBe(layout.digest);
        for (const image of layout.images) {
          const manifest = await getManifest(node, repository, image.digest);
          expect(manifest?.bytes).toEqual(layout.files.get(`/blobs/${image.digest.replace(':', '/')}`));
          expect(manifest?.mediaType).toBe(image.mediaType);
        }
        for (const layer of layout.layers)
          expect(digestOf(await contentOf(node, repository, layer))).toBe(layer.digest);
        expect(await listTags(node, repository)).toEqual([`v1-${form}`]);
        expect(await listRepositories(node)).toContain(repository);
      },
    );

    test('what is there is not copied again', async () => {
      const layout = makeLayout('again', platforms);
      await mirror(await served(layout), 'library/again', 'again');
      const server = await served(layout);
      proxy.requests.length = 0;
      expect(await mirror(server, 'library/again', 'again')).toEqual({
        digest: layout.digest,
        copiedBlobs: 0,
      });
      expect(proxy.requests.filter((line) => !line.startsWith('HEAD '))).toEqual([]);
    });

    test('an image goes from one registry to another path, blobs linked rather than sent', async () => {
      const layout = makeLayout('linked', ['linux/amd64']);
      await mirror(await served(layout), 'source/linked', 'linked');
      proxy.requests.length = 0;
      const result = await mirrorImage({
        source: registrySource(pusher, 'source/linked'),
        reference: layout.digest,
        target: { registry: pusher, repository: 'target/linked' },
        mountFrom: ['nowhere/linked', 'source/linked'],
      });
      expect(result).toEqual({ digest: layout.digest, copiedBlobs: 3 });
      expect(proxy.requests.filter((line) => /^(GET|PATCH) .*\/blobs\/|^PUT .*\/blobs\//.test(line))).toEqual(
        [],
      );
      expect(await manifestDigest(node, 'target/linked', layout.digest)).toBe(layout.digest);
    });

    test('one chosen platform keeps its digest; a choice of several is refused where an index must be whole', async () => {
      const layout = makeLayout('chosen', platforms);
      const one = await mirror(await served(layout), 'library/chosen', 'one', { platforms: ['linux/amd64'] });
      expect(one).toEqual({ digest: layout.images[0]!.digest, copiedBlobs: 3 });
      expect(await manifestDigest(node, 'library/chosen', 'one')).toBe(layout.images[0]!.digest);
      const repeated = mirror(await served(layout), 'library/chosen', 'one', { platforms: ['linux/amd64'] });
      expect((await repeated).copiedBlobs).toBe(0);
      const two = mirror(await served(layout), 'library/chosen', 'two', {
        platforms: ['linux/amd64', 'linux/arm64'],
      });
      expect(await thrownBy(two)).toBeInstanceOf(PermanentError);
      const none = mirror(await served(layout), 'library/chosen', 'none', { platforms: ['plan9/mips'] });
      expect((await thrownBy(none)).message).toContain('for none of plan9/mips');
    });

    test.each([true, false])(
      'a source that breaks off is gone on with (it knows ranges: %s)',
      async (ranges) => {
        const layout = makeLayout(`broken-${ranges}`, ['linux/amd64'], { layerBytes: 400_000 });
        const server = await served(layout, ranges);
        const path = `/blobs/${layout.layers[0]!.digest.replace(':', '/')}`;
        server.cut(path, 150_000);
        const result = await mirror(server, 'library/broken', `broken-${ranges}`);
        expect(result.digest).toBe(layout.digest);
        const [first, second, ...more] = server.requests.filter((line) => line.startsWith(path));
        expect(first).toBe(path);
        expect(second).toMatch(/ bytes=\d+-$/);
        expect(more).toEqual([]);
      },
    );

    test('an aborted copy ends at once, and the next one sends what is missing', async () => {
      const layout = makeLayout('aborted', ['linux/amd64'], { layerBytes: 800_000 });
      const server = await served(layout);
      const uploads = new Map<string, string>();
      const abort = new AbortController();
      const half = 400_000;
      const first = mirror(server, 'library/aborted', 'aborted', {
        uploads,
        atOnce: 1,
        signal: abort.signal,
        progress: ({ doneBytes }) => {
          if (doneBytes >= half) abort.abort(new Error('told to stop'));
        },
      });
      expect((await thrownBy(first)).message).toBe('told to stop');
      expect(uploads.size).toBe(1);
      proxy.requests.length = 0;
      await mirror(server, 'library/aborted', 'aborted', { uploads, atOnce: 1 });
      const parts = proxy.requests.filter((line) => line.startsWith('PATCH '));
      // All of both layers would be 18 parts; about half of the first one's 12 were there.
      expect(parts.length).toBeLessThan(14);
      expect(uploads.size).toBe(0);
      expect(await manifestDigest(node, 'library/aborted', 'aborted')).toBe(layout.digest);
    });

    test('an upload that is cut off within a part is brought to its end by the next call', async () => {
      const content = bytesOf('cut', 500_000);
      const blob = { digest: digestOf(content), size: content.length };
      const uploads = new Map<string, string>();
      const upload = (): ReturnType<typeof uploadBlob> =>
        uploadBlob(
          pusher,
          'library/cut',
          blob,
          async function* (from) {
            yield content.subarray(from);
          },
          { partBytes, uploads },
        );
      proxy.fail({ method: 'PATCH', path: /library\/cut/, kind: 'cut-request', afterBytes: 20_000 });
      const outcome = await upload().catch(upload);
      expect(outcome).toBe('uploaded');
      expect(digestOf(await contentOf(node, 'library/cut', blob))).toBe(blob.digest);
    });

    test.each(['PATCH', 'PUT', 'POST'])(
      'a lost answer to %s after its success costs nothing but a repeat',
      async (method) => {
        const content = bytesOf(`lost ${method}`, 300_000);
        const blob = { digest: digestOf(content), size: content.length };
        const uploads = new Map<string, string>();
        const upload = (): ReturnType<typeof uploadBlob> =>
          uploadBlob(
            pusher,
            'library/lost',
            blob,
            async function* (from) {
              yield content.subarray(from);
            },
            { partBytes, uploads },
          );
        proxy.fail({ method, path: /library\/lost\/blobs/, kind: 'lose-answer' });
        await upload().catch((error: unknown) => {
          expect(error).toMatchObject({ status: 0, retryable: true });
          return upload();
        });
        expect(digestOf(await contentOf(node, 'library/lost', blob))).toBe(blob.digest);
      },
    );

    test('a lost answer to the manifest is recognised by the next call', async () => {
      const layout = makeLayout('lost-manifest', ['linux/amd64']);
      const server = await served(layout);
      proxy.fail({ method: 'PUT', path: /manifests\/lost-manifest$/, kind: 'lose-answer' });
      expect(await thrownBy(mirror(server, 'library/lost-manifest', 'lost-manifest'))).toMatchObject({
        status: 0,
      });
      proxy.requests.length = 0;
      expect((await mirror(server, 'library/lost-manifest', 'lost-manifest')).copiedBlobs).toBe(0);
      expect(proxy.requests.filter((line) => line.startsWith('PUT'))).toEqual([]);
    });

    test('a pull that breaks off is gone on with and checked as a whole', async () => {
      const content = bytesOf('pulled', 600_000);
      const blob = { digest: digestOf(content), size: content.length };
      await uploadBlob(pusher, 'library/pulled', blob, async function* (from) {
        yield content.subarray(from);
      });
      proxy.requests.length = 0;
      proxy.fail({ method: 'GET', path: /blobs\/sha256/, kind: 'cut-answer', afterBytes: 100_000 });
      expect(await contentOf(pusher, 'library/pulled', blob)).toEqual(content);
      const reads = proxy.requests.filter((line) => line.startsWith('GET '));
      expect(reads).toHaveLength(2);
      expect(reads[1]).toMatch(/ bytes=\d{5,}-$/);
    });

    test('bytes that are not those of their digest are refused before they are stored', async () => {
      const layout = makeLayout('damaged', ['linux/amd64']);
      const [shared] = layout.layers;
      layout.files.set(`/blobs/${shared!.digest.replace(':', '/')}`, bytesOf('other', shared!.size));
      const error = await thrownBy(mirror(await served(layout), 'library/damaged', 'damaged'));
      expect(error).toBeInstanceOf(PermanentError);
      expect(error.message).toContain('damaged: have it stored');
      expect(await hasBlob(pusher, 'library/damaged', shared!.digest)).toBe(false);
      expect(await manifestDigest(pusher, 'library/damaged', 'damaged')).toBeUndefined();
    });

    test('the registry itself refuses an upload whose bytes have another digest', async () => {
      const blob = { digest: digestOf(bytesOf('wanted', 1000)), size: 1000 };
      const upload = uploadBlob(pusher, 'library/wrong', blob, async function* () {
        yield bytesOf('given', 1000);
      });
      expect(await thrownBy(upload)).toMatchObject({ status: 400 });
      expect(await hasBlob(pusher, 'library/wrong', blob.digest)).toBe(false);
    });

    test('the pulling instance changes nothing, whoever asks', async () => {
      const layout = makeLayout('refused', ['linux/amd64']);
      const target = { registry: node, repository: 'library/refused' };
      const push = mirrorImage({
        source: httpLayoutSource({ url: (await served(layout)).url }),
        reference: 'refused',
        target,
      });
      const error = await thrownBy(push);
      expect(error).toBeInstanceOf(ApiError);
      expect(error).toMatchObject({ status: 405, retryable: false });
      expect(await thrownBy(deleteManifest(node, 'rancher/rke2-oci', layout.digest))).toMatchObject({
        status: 405,
      });
    });

    test('a deleted manifest takes its tags with it', async () => {
      const layout = makeLayout('deleted', ['linux/amd64']);
      await mirror(await served(layout), 'library/deleted', 'deleted');
      expect(await deleteManifest(pusher, 'library/deleted', layout.digest)).toBe(true);
      expect(await deleteManifest(pusher, 'library/deleted', layout.digest)).toBe(false);
      expect(await manifestDigest(node, 'library/deleted', 'deleted')).toBeUndefined();
      expect(await listTags(node, 'library/deleted')).toEqual([]);
      expect(await listTags(node, 'library/never')).toEqual([]);
    });

    test('more tags than a page holds are all listed', async () => {
      const layout = makeLayout('paged', ['linux/amd64'], { layerBytes: 1000 });
      await mirror(await served(layout), 'library/paged', 'v000');
      const manifest = (await getManifest(pusher, 'library/paged', 'v000'))!;
      const tags = Array.from({ length: 205 }, (_, index) => `v${String(index).padStart(3, '0')}`);
      await eachOf(tags, 8, (tag) => putManifest(pusher, 'library/paged', tag, manifest));
      expect((await listTags(node, 'library/paged')).sort()).toEqual(tags);
    });
  });
}
