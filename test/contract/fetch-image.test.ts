import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpLayoutSource } from '../../activities/clients/registry/http-layout-source.js';
import { publicRegistry } from '../../activities/clients/registry/public-registry.js';
import { registrySource } from '../../activities/clients/registry/registry-source.js';
import { fetchImage } from '../../client/artifacts/fetch-image.js';
import { originOfImage } from '../../client/artifacts/origin-of-image.js';
import { verifyAll } from '../../client/artifacts/verify-all.js';
import { layoutPath, type Image } from '../../config/artifacts/image.js';
import { bytesOf, makeLayout, serveFiles, type Layout } from './image-fixture.js';
import { startPublicRegistry, type PublicRegistry } from './public-registry.js';

const platforms = ['linux/amd64', 'linux/arm64', 'windows/amd64'];
const repository = 'team/portal';
const tag = 'v1';
const silent = (): void => undefined;
const anybody = () => ({});

let registry: PublicRegistry;
let layout: Layout;
let image: Image;
let folder = '';
beforeEach(async () => {
  layout = makeLayout(tag, platforms, { form: 'docker', layerBytes: 300_000 });
  registry = await startPublicRegistry({ [repository]: { tag, layout } });
  const name = { name: 'portal', version: tag, image: `registry.example.org/${repository}` };
  image = { ...name, digest: layout.digest, licence: 'MIT', neededBy: [] };
  folder = mkdtempSync(join(tmpdir(), 'socle-images-'));
});
afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

const origin = () => registrySource(publicRegistry({ url: registry.url }), repository);
const fetched = (progress: Parameters<typeof fetchImage>[3] = silent) =>
  fetchImage(image, folder, origin, progress);
const stored = (path: string): string => join(folder, layoutPath(image), path);
const fileOf = (digest: string): string => `/blobs/${digest.replace(':', '/')}`;
const problem = async (place: string): Promise<string | undefined> =>
  (await verifyAll([image], place, anybody))[0]!.problem;

describe('an image of a public registry', () => {
  test('comes into the folder byte by byte as it is there, with the token of nobody, and is not asked for again', async () => {
    const progress: [number, number | undefined][] = [];
    const { state, blobs } = await fetched((...how) => void progress.push(how));
    expect(state).toBe('fetched');
    for (const [path, content] of layout.files)
      if (path.startsWith('/blobs/')) expect(readFileSync(stored(path)).equals(content), path).toBe(true);
    expect(blobs).toHaveLength([...layout.files.keys()].filter((path) => path.startsWith('/blobs/')).length);
    expect(progress.at(-1)?.[0]).toBe(progress.at(-1)?.[1]);
    expect(registry.tokens).toEqual([
      { query: 'of=test&service=registry.test&scope=repository:team/portal:pull', login: undefined },
    ]);
    expect(new Set(registry.storage.logins)).toEqual(new Set([undefined]));
    registry.requests.length = 0;
    expect((await fetched()).state).toBe('present');
    expect(registry.requests).toEqual([]);
  });

  test('is served, and compared in a folder and behind an address', async () => {
    await fetched();
    expect(await problem(folder)).toBeUndefined();
    const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const files = new Map(paths.map((path) => [path.slice(folder.length), readFileSync(path)]));
    const store = await serveFiles(files);
    expect(await problem(`${store.url}/`)).toBeUndefined();
    const lost = layout.layers[1]!.digest;
    files.delete(`/${layoutPath(image)}${fileOf(lost)}`);
    expect(await problem(store.url)).toMatch(new RegExp(`${fileOf(lost)} 404`));
    await store.close();
  });

  test('whose transfer breaks off is gone on with where it was, in one call and in the next', async () => {
    const path = fileOf(layout.layers[0]!.digest);
    registry.storage.cut(path, 100_000);
    await fetched();
    const asked = registry.storage.requests.filter((line) => line.startsWith(path));
    expect(asked).toEqual([path, expect.stringMatching(/ bytes=\d+-$/)]);

    const content = readFileSync(stored(path));
    rmSync(stored(path));
    writeFileSync(`${stored(path)}.part`, content.subarray(0, 7));
    registry.storage.requests.length = 0;
    expect((await fetched()).state).toBe('fetched');
    expect(registry.storage.requests).toEqual([`${path} bytes=7-`]);
    expect(await problem(folder)).toBeUndefined();
  });

  test('of which an earlier call left something else is brought anew', async () => {
    await fetched();
    const path = fileOf(layout.layers[0]!.digest);
    rmSync(stored(path));
    writeFileSync(`${stored(path)}.part`, bytesOf('something else', 1000));
    await fetched();
    expect(await problem(folder)).toBeUndefined();
  });

  test('whose bytes are others gets no manifest, and both digests are named', async () => {
    const { digest, size } = layout.layers[0]!;
    layout.files.set(fileOf(digest), bytesOf('other', size));
    const damaged = await startPublicRegistry({ [repository]: { tag, layout } });
    const source = registrySource(publicRegistry({ url: damaged.url }), repository);
    await expect(fetchImage(image, folder, () => source, silent)).rejects.toThrow(
      new RegExp(`gave sha256:[0-9a-f]{64} for ${digest}`),
    );
    expect(existsSync(stored(fileOf(layout.digest)))).toBe(false);
    expect(await problem(folder)).toBe('missing');
    await damaged.close();
  });

  test('that the registry does not have is named with its reference; another tag does not take its place', async () => {
    const digest = `sha256:${'ab'.repeat(32)}`;
    await expect(fetchImage({ ...image, digest }, folder, origin, silent)).rejects.toThrow(
      `${registry.url}/${repository} has no ${digest}, which registry.example.org/team/portal:v1 is pinned to`,
    );
    await fetched();
    const [found] = await verifyAll([{ ...image, digest }], folder, anybody);
    expect(found?.problem).toBe(`digest is ${layout.digest}, wanted ${digest}`);
  });

  test('a changed and a lost blob are found', async () => {
    await fetched();
    const { digest, size } = layout.layers[0]!;
    writeFileSync(stored(fileOf(digest)), bytesOf('changed', size));
    expect(await problem(folder)).toMatch(new RegExp(`gave sha256:[0-9a-f]{64} for ${digest}`));
    rmSync(stored(fileOf(digest)));
    expect(await problem(folder)).toBe(`${stored(fileOf(digest))} is missing`);
    expect((await fetched()).state).toBe('fetched');
    expect(await problem(folder)).toBeUndefined();
  });
});

describe('tokens of a public registry', () => {
  test('are asked for again when they end, with the login where there is one, and never shown', async () => {
    const short = await startPublicRegistry({ [repository]: { tag, layout } }, 10);
    const login = { username: 'reader', password: 'canary' };
    const asked = publicRegistry({ url: short.url, ...login });
    const source = registrySource(asked, repository);
    await source.manifest(tag);
    await source.manifest(tag);
    expect(short.tokens).toHaveLength(2);
    const basic = `Basic ${btoa('reader:canary')}`;
    expect(short.tokens.every((token) => token.login === basic)).toBe(true);
    expect(short.requests.filter((line) => line.endsWith('Basic'))).toEqual([]);
    await short.close();

    const held = registrySource(publicRegistry({ url: registry.url }), repository);
    await held.manifest(tag);
    registry.forgetTokens();
    const error = await held.manifest(tag).then(
      () => new Error('nothing was thrown'),
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ status: 401, retryable: false });
    expect(error.message).not.toContain('token-');
  });

  test('are not needed where a registry asks for none', async () => {
    const open = await serveFiles(new Map([['/v2/', Buffer.from('{}')]]));
    const source = registrySource(publicRegistry({ url: open.url }), repository);
    expect(await source.manifest(tag)).toBeUndefined();
    expect(open.requests).toEqual(['/v2/', `/v2/${repository}/manifests/${tag}`]);
    await open.close();
  });
});

test('the proxy of the environment is asked on the way out, and never for what the platform asks itself', async () => {
  const passed: string[] = [];
  const proxy = createServer((incoming, answer) => {
    passed.push(incoming.url ?? '');
    const onward = request(incoming.url ?? '', { headers: incoming.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.end();
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  try {
    await fetched();
    expect(passed).toContain(`${registry.url}/v2/`);
    expect(passed).toContainEqual(expect.stringMatching(`^${registry.url}/token`));
    expect(passed).toContain(`${registry.storage.url}${fileOf(layout.layers[0]!.digest)}`);
    passed.length = 0;
    const inside = httpLayoutSource({ url: registry.storage.url });
    expect((await inside.manifest(layout.digest))?.digest).toBe(layout.digest);
    expect(passed).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
    proxy.closeAllConnections();
    proxy.close();
  }
});

test('a mirror has an image below the name of the registry that it comes from', () => {
  const places = [undefined, 'https://mirror.example.org:5000/'].map((mirror) => {
    const ported = { ...image, image: 'registry.example.org:5000/team/portal' };
    return [originOfImage(image, mirror, anybody).name, originOfImage(ported, mirror, anybody).name];
  });
  expect(places).toEqual([
    ['https://registry.example.org/team/portal', 'https://registry.example.org:5000/team/portal'],
    [
      'https://mirror.example.org:5000/registry.example.org/team/portal',
      'https://mirror.example.org:5000/registry.example.org_5000/team/portal',
    ],
  ]);
  const hub = { ...image, image: 'docker.io/library/redis' };
  expect(originOfImage(hub, undefined, anybody).name).toBe('https://registry-1.docker.io/library/redis');
});
