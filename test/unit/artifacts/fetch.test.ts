import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { accessOf } from '../../../client/artifacts/access.js';
import { fetchAll, type Fetched } from '../../../client/artifacts/fetch-all.js';
import { verifyAll } from '../../../client/artifacts/verify-all.js';
import { fetchedLines, verifiedLines } from '../../../client/output/artifacts.js';
import type { Artifact } from '../../../config/artifacts/artifact.js';
import { parseSite } from '../../../config/load.js';
import { edited, exampleText } from '../site-fixture.js';
import { fileServer, type FileServer } from './file-server.js';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

let server: FileServer;
let folder = '';
beforeEach(async () => {
  server = await fileServer();
  folder = join(mkdtempSync(join(tmpdir(), 'socle-artifacts-')), 'store');
  server.landed = () => statSync(`${stored('a')}.part`, { throwIfNoEntry: false })?.size ?? 0;
});
afterEach(() => {
  server.close();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function made(name: string, bytes = content): Artifact {
  server.files.set(`/${name}.zip`, bytes);
  const url = `${server.url}/${name}.zip`;
  return { name, version: '1.0', url, sha256: sum(bytes), licence: 'MIT', neededBy: [] };
}

const request = {
  images: [],
  accessTo: accessOf(undefined),
  originOf: () => {
    throw new Error('no image is wanted');
  },
  screen: { progress: () => undefined, ended: () => undefined },
};
const fetch = (...artifacts: Artifact[]): Promise<Fetched[]> => fetchAll({ ...request, artifacts, folder });
const states = (all: Fetched[]): string[] => all.map(({ state }) => state);
const problem = (all: Fetched[]): string =>
  all.flatMap((one) => ('problem' in one ? one.problem : [])).join();
const stored = (name: string): string => join(folder, name, '1.0', `${name}.zip`);
const ranges = (): (string | undefined)[] => server.requests.map(({ headers }) => headers.range);

describe('fetch', () => {
  test('fills a folder in the layout of a store, with a list that sha256sum reads; then has nothing to do', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => made(name, Buffer.from(name)));
    expect(new Set(states(await fetch(...all)))).toEqual(new Set(['fetched']));
    expect(readFileSync(stored('e'), 'utf8')).toBe('e');
    expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toContain(
      `${sum(Buffer.from('b'))}  b/1.0/b.zip\n`,
    );
    server.requests = [];
    expect(new Set(states(await fetch(...all)))).toEqual(new Set(['present']));
    expect(server.requests).toEqual([]);
  });

  test('a cut connection is gone on with where it broke', async () => {
    server.cuts = [100_000, 50_000];
    expect(states(await fetch(made('a')))).toEqual(['fetched']);
    expect(ranges()).toEqual([undefined, 'bytes=100000-', 'bytes=150000-']);
    expect(readFileSync(stored('a')).equals(content)).toBe(true);
  });

  test('what an earlier run left is gone on with, and what it left whole is not asked for again', async () => {
    const [a, b] = [made('a'), made('b')];
    mkdirSync(join(stored('a'), '..'), { recursive: true });
    mkdirSync(join(stored('b'), '..'), { recursive: true });
    writeFileSync(`${stored('a')}.part`, content.subarray(0, 7));
    writeFileSync(`${stored('b')}.part`, content);
    expect(states(await fetch(a, b))).toEqual(['fetched', 'fetched']);
    expect(ranges()).toEqual(['bytes=7-']);
    expect(readdirSync(join(stored('a'), '..'))).toEqual(['a.zip']);
  });

  test('a connection that brings nothing more ends in a failure that keeps what arrived', async () => {
    server.cuts = [1000, 0];
    expect(problem(await fetch(made('a')))).toMatch(`${server.url}/a.zip: `);
    expect(readFileSync(`${stored('a')}.part`)).toHaveLength(1000);
    expect(existsSync(stored('a'))).toBe(false);
  });

  test('a server without ranges sends all of it again', async () => {
    server.ranges = false;
    server.cuts = [1000];
    expect(states(await fetch(made('a')))).toEqual(['fetched']);
    expect(ranges()).toEqual([undefined, 'bytes=1000-']);
    expect(readFileSync(stored('a')).equals(content)).toBe(true);
  });

  test('a wrong checksum leaves nothing, says both sums, and keeps no other file back', async () => {
    const wrong = { ...made('a'), sha256: sum(Buffer.from('something else')) };
    const all = await fetch(wrong, made('b'));
    expect(states(all)).toEqual(['failed', 'fetched']);
    expect(problem(all)).toBe(
      `SHA-256 is ${sum(content)}, wanted ${wrong.sha256} (${wrong.url}). What arrived was deleted`,
    );
    expect(readdirSync(join(stored('a'), '..'))).toEqual([]);
    expect(readFileSync(join(folder, 'SHA256SUMS'), 'utf8')).toBe(`${sum(content)}  b/1.0/b.zip\n`);
  });

  test.each([
    ['longer than the file', Buffer.concat([content, content])],
    ['the beginning of another file', Buffer.alloc(1000)],
  ])('a part that is %s is of no use: all is sent again', async (_, left) => {
    const a = made('a');
    mkdirSync(join(stored('a'), '..'), { recursive: true });
    writeFileSync(`${stored('a')}.part`, left);
    expect(states(await fetch(a))).toEqual(['fetched']);
    expect(ranges()).toEqual([`bytes=${left.length}-`, undefined]);
  });

  test('a file that has another content is replaced', async () => {
    mkdirSync(join(stored('a'), '..'), { recursive: true });
    writeFileSync(stored('a'), 'old');
    expect(states(await fetch(made('a')))).toEqual(['fetched']);
    expect(readFileSync(stored('a')).equals(content)).toBe(true);
  });

  test('a refusal and a server that is not there are named with their address', async () => {
    const gone = { ...made('a'), url: `${server.url}/gone.zip` };
    const silent = { ...made('b'), url: 'http://127.0.0.1:9/b.zip' };
    const all = await fetch(gone, silent);
    expect(problem([all[0]!])).toBe(`${server.url}/gone.zip answers 404`);
    expect(problem([all[1]!])).toMatch(/^http:\/\/127.0.0.1:9\/b.zip does not answer: .*ECONNREFUSED/);
    expect(fetchedLines(all[0]!).join('\n')).toMatch(/^✗ a 1.0\n {4}http.*answers 404$/);
  });

  test('a refusal is not listened to', async () => {
    const gone = { ...made('a'), url: `${server.url}/gone.zip` };
    await fetch(gone);
    await verifyAll([gone], server.url, accessOf(undefined));
    expect(server.requests).toHaveLength(2);
    await expect.poll(() => server.connections()).toBe(0);
  });

  test('a disk that is full, or a folder that cannot be made, is named with the path', async () => {
    mkdirSync(join(stored('a'), '..'), { recursive: true });
    symlinkSync('/dev/full', `${stored('a')}.part`);
    writeFileSync(join(folder, 'b'), 'a file where a folder must be');
    const all = await fetch({ ...made('a'), name: 'a' }, made('b'));
    expect(problem([all[0]!])).toMatch(new RegExp(`^${stored('a')}.part cannot be written: ENOSPC`));
    expect(problem([all[1]!])).toContain(join(folder, 'b'));
  });
});

describe('login and authority of the site', () => {
  test('are for its own servers and for no others', async () => {
    process.env['STORE_PASSWORD'] = 'canary';
    const text = edited(exampleText, [
      'store: http://127.10.0.2:18080/store\n  ca: env:SOCLE_ARTIFACT_CA',
      `store: '${server.url}/store'\n  username: reader\n  password: env:STORE_PASSWORD`,
    ]);
    const result = parseSite(text, 'site.yaml');
    if (!('site' in result)) throw new Error(JSON.stringify(result.problems));
    const accessTo = accessOf(result.site);
    expect(accessTo(`${server.url}/store/x`)).toEqual({ username: 'reader', password: 'canary' });
    expect(accessTo('https://releases.example.org/x')).toEqual({});
    await verifyAll([made('a')], `${server.url}/store`, accessTo);
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${btoa('reader:canary')}`);
    delete process.env['STORE_PASSWORD'];
  });

  test('do not follow to another server', async () => {
    const other = await fileServer();
    other.files.set('/a.zip', content);
    const a = made('a');
    server.redirects.set('/a.zip', `${other.url}/a.zip`);
    const login = () => ({ username: 'reader', password: 'canary' });
    expect(states(await fetchAll({ ...request, artifacts: [a], folder, accessTo: login }))).toEqual([
      'fetched',
    ]);
    other.close();
    expect(server.requests[0]?.headers.authorization).toBeDefined();
    expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('verify', () => {
  test('finds in a folder and behind an address all that is missing or wrong, at once', async () => {
    const all = [made('a'), made('b'), made('c')];
    await fetch(...all);
    rmSync(stored('a'));
    writeFileSync(stored('c'), 'changed');
    for (const name of ['b', 'c']) server.files.set(`/${name}/1.0/${name}.zip`, readFileSync(stored(name)));
    for (const store of [folder, server.url]) {
      const found = await verifyAll(all, store, accessOf(undefined));
      expect(found.map(({ problem }) => problem)).toEqual([
        'missing',
        undefined,
        `SHA-256 is ${sum(Buffer.from('changed'))}, wanted ${sum(content)}`,
      ]);
      const lines = verifiedLines(store, found);
      expect(lines[0]).toBe(`${store}: 2 of 3 artefacts missing or wrong`);
      expect(lines.slice(1).every((line) => line.length <= 80)).toBe(true);
      expect(lines.join('\n')).toContain(sum(content));
    }
    writeFileSync(stored('c'), content);
    await fetch(all[0]!);
    const right = await verifyAll(all, folder, accessOf(undefined));
    expect(verifiedLines(folder, right)).toEqual([`${folder} holds all 3 artefacts, checksums right`]);
  });

  test('a connection that is cut is a problem, not a wrong checksum', async () => {
    const a = made('a');
    server.files.set('/a/1.0/a.zip', content);
    server.cuts = [10];
    server.landed = () => Infinity;
    const [found] = await verifyAll([a], server.url, accessOf(undefined));
    expect(found?.problem).toBeDefined();
    expect(found?.problem).not.toContain('SHA-256');
  });
});
