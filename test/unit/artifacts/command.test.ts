import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { artifactsCommand } from '../../../client/commands/artifacts.js';
import { catalogue } from '../../../config/artifacts/catalogue.js';
import { exitCodes } from '../../../config/errors.js';
import { edited, exampleText, ownCatalogue } from '../site-fixture.js';
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

/** A site whose artefacts are all on the server. */
function site(): string {
  const entries = Object.keys(catalogue).map((name) => {
    server.files.set(`/${name}.zip`, content);
    return `{ name: ${name}, version: '1', url: '${server.url}/${name}.zip', sha256: ${sum}, licence: MIT }`;
  });
  const file = join(folder, 'site.yaml');
  const text = edited(exampleText, [ownCatalogue, `  catalogue: [${entries.join(', ')}]\n`]);
  writeFileSync(file, text);
  return file;
}

test('list shows the catalogue, and with a site file what the site put in its place', async () => {
  expect((await socle('list')).printed).toContain(catalogue.vault.version);
  const { printed } = await socle('list', site(), '--json');
  const { artifacts } = JSON.parse(printed) as { artifacts: { name: string; sha256: string }[] };
  expect(artifacts.map(({ name }) => name)).toEqual(Object.keys(catalogue));
  expect(artifacts.every(({ sha256 }) => sha256 === sum)).toBe(true);
});

test('fetch fills a folder, verify agrees; what is missing then is named with the next command', async () => {
  const file = site();
  const store = join(folder, 'store');
  const fetched = await socle('fetch', store, file);
  expect(fetched.code).toBe(exitCodes.ok);
  expect(fetched.printed).toContain(`To compare it again: socle artifacts verify ${store} ${file}`);
  expect((await socle('verify', store, file)).code).toBe(exitCodes.ok);
  rmSync(join(store, 'gogs'), { recursive: true });
  const { code, printed } = await socle('verify', store, file);
  expect(code).toBe(exitCodes.prerequisite);
  expect(printed).toMatch(/gogs 1 +gogs\/1\/gogs\.zip\n {4}missing\n/);
  expect(printed).toContain(`socle artifacts fetch ${store} ${file}`);
});

test('fetch that could not have everything says how many and what to type, in both forms', async () => {
  const file = site();
  server.files.delete('/vault.zip');
  const { code, printed } = await socle('fetch', join(folder, 'store'), file);
  expect(code).toBe(exitCodes.prerequisite);
  expect(printed).toContain('✓ gogs 1');
  expect(printed).toMatch(/✗ vault 1\n {4}http.*vault.zip answers 404\n/);
  expect(printed).toContain('1 of 3 could not be had. Mend the cause, then: socle artifacts fetch');
  const asJson = await socle('fetch', join(folder, 'store'), file, '--json');
  expect(JSON.parse(asJson.printed)).toMatchObject({
    fetched: [{ state: 'failed' }, { state: 'present' }, {}],
  });
  expect(asJson.code).toBe(exitCodes.prerequisite);
});
