import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { artifactsCommand } from '../../../client/commands/artifacts.js';
import { digestOf } from '../../../activities/clients/registry/digest.js';
import { catalogue } from '../../../config/artifacts/catalogue.js';
import { images } from '../../../config/artifacts/images.js';
import { exitCodes } from '../../../config/errors.js';
import { edited, exampleText, ownCatalogue, ownImages } from '../site-fixture.js';
import { fileServer, type FileServer } from './file-server.js';

const content = Buffer.from('x');
const sum = createHash('sha256').update(content).digest('hex');

let server: FileServer;
let folder = '';
beforeEach(async () => {
  server = await fileServer();
  folder = mkdtempSync(join(tmpdir(), 'socle-artifacts-'));
  vi.stubEnv('SOCLE_ARTIFACT_CA', 'PEM');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** Runs `socle artifacts …`; its exit code and what it printed. */
async function socle(...words: string[]): Promise<{ code: number; printed: string }> {
  let printed = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await artifactsCommand().parseAsync(words, { from: 'user' });
    return { code: Number(process.exitCode ?? 0), printed };
  } finally {
    write.mockRestore();
    process.exitCode = undefined;
  }
}

/** An image of nothing: a manifest whose one blob is its configuration. */
function image(name: string): string {
  const repository = `registry.example.org/team/${name}`;
  const serve = (kind: string, bytes: Buffer): string => {
    server.files.set(`/v2/${repository}/${kind}/${digestOf(bytes)}`, bytes);
    return digestOf(bytes);
  };
  const mediaType = 'application/vnd.oci.image.config.v1+json';
  const config = { mediaType, digest: serve('blobs', Buffer.from(name)), size: name.length };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [],
  };
  const digest = serve('manifests', Buffer.from(JSON.stringify(manifest)));
  server.files.set('/v2/', Buffer.from('{}'));
  return `{ name: ${name}, version: '1', image: '${repository}', digest: '${digest}', licence: MIT }`;
}

/** A site whose artefacts are all on the server. */
function site(): string {
  const entries = Object.keys(catalogue).map((name) => {
    server.files.set(`/${name}.zip`, content);
    return `{ name: ${name}, version: '1', url: '${server.url}/${name}.zip', sha256: ${sum}, licence: MIT }`;
  });
  const file = join(folder, 'site.yaml');
  const text = edited(
    exampleText,
    [ownCatalogue, `  catalogue: [${entries.join(', ')}]\n`],
    [ownImages, `  images: [${Object.keys(images).map(image).join(', ')}]\n`],
  );
  writeFileSync(file, text);
  return file;
}

test('list shows the catalogue, and with a site file what the site put in its place', async () => {
  expect((await socle('list')).printed).toContain(catalogue.vault.version);
  const { printed } = await socle('list', site(), '--json');
  const { artifacts, images: listed } = JSON.parse(printed) as {
    artifacts: { name: string; sha256: string }[];
    images: { name: string; version: string }[];
  };
  expect(artifacts.map(({ name }) => name)).toEqual(Object.keys(catalogue));
  expect(artifacts.every(({ sha256 }) => sha256 === sum)).toBe(true);
  expect(listed.map(({ name, version }) => `${name} ${version}`)).toEqual(['argocd 1', 'argocd-redis 1']);
});

test('fetch fills a folder, verify agrees; what is missing then is named with the next command', async () => {
  const file = site();
  const store = join(folder, 'store');
  const fetched = await socle('fetch', store, file, '--registry', server.url);
  expect(fetched.code).toBe(exitCodes.ok);
  expect(fetched.printed).toContain(`To compare it again: socle artifacts verify ${store} ${file}`);
  expect((await socle('verify', store, file)).code).toBe(exitCodes.ok);
  const sums = readFileSync(join(store, 'SHA256SUMS'), 'utf8');
  expect(execFileSync('sha256sum', ['--check'], { cwd: store, input: sums, encoding: 'utf8' })).toMatch(
    /images\/registry\.example\.org\/team\/argocd\/1\/blobs\/sha256\/[0-9a-f]{64}: OK/,
  );
  rmSync(join(store, 'gogs'), { recursive: true });
  rmSync(join(store, 'images/registry.example.org/team/argocd'), { recursive: true });
  const { code, printed } = await socle('verify', store, file);
  expect(code).toBe(exitCodes.prerequisite);
  expect(printed).toMatch(/argocd 1 +images\/registry\.example\.org\/team\/argocd\/1\n {4}missing\n/);
  expect(printed).toMatch(/gogs 1 +gogs\/1\/gogs\.zip\n {4}missing\n/);
  expect(printed).toContain(`socle artifacts fetch ${store} ${file}`);
});

test('fetch that could not have everything says how many and what to type, in both forms', async () => {
  const file = site();
  server.files.delete('/vault.zip');
  const registry = ['--registry', server.url];
  const { code, printed } = await socle('fetch', join(folder, 'store'), file, ...registry);
  expect(code).toBe(exitCodes.prerequisite);
  expect(printed).toContain('✓ gogs 1');
  expect(printed).toMatch(/✗ vault 1\n {4}http.*vault.zip answers 404\n/);
  expect(printed).toContain('1 of 5 could not be had. Mend the cause, then: socle artifacts fetch');
  expect(printed).toContain(`${file} --registry ${server.url}`);
  const asJson = await socle('fetch', join(folder, 'store'), file, '--json', ...registry);
  const present = { state: 'present' };
  expect(JSON.parse(asJson.printed)).toMatchObject({
    fetched: [{ state: 'failed' }, present, present, present, present],
  });
  expect(asJson.code).toBe(exitCodes.prerequisite);
});
