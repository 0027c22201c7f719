import { describe, expect, test } from 'vitest';
import { catalogue } from '../../../config/artifacts/catalogue.js';
import { siteArtifact, siteArtifacts } from '../../../config/artifacts/site-artifacts.js';
import { fileName, storeOf, storePath, storeUrl } from '../../../config/artifacts/store.js';
import { parseSite } from '../../../config/load.js';
import { CatalogueEntry } from '../../../config/site/services.js';
import { artifactTable } from '../../../client/output/artifacts.js';
import { vaultVersion } from '../../../tools/vault-program.js';
import { edited, exampleText, ownCatalogue } from '../site-fixture.js';

const sha256 = 'ab'.repeat(32);
const own = (name: string): string =>
  `{ name: ${name}, version: '9', url: 'https://x.example.org/${name}.zip', sha256: '${sha256}', licence: MIT }`;

function siteWith(...names: string[]) {
  const entries = `  catalogue: [${names.map(own).join(', ')}]\n`;
  const text = edited(exampleText, [ownCatalogue, entries]);
  const result = parseSite(text, 'site.yaml');
  if (!('site' in result)) throw new Error(JSON.stringify(result.problems));
  return result.site;
}

describe('the catalogue', () => {
  test.each(Object.entries(catalogue))('pins %s in the form that a site would write it', (name, artifact) => {
    const { neededBy, ...entry } = artifact;
    expect(CatalogueEntry.safeParse(entry).error).toBeUndefined();
    expect(artifact.name).toBe(name);
    expect(artifact.url).toContain(artifact.version);
    expect(neededBy.length).toBeGreaterThan(0);
  });

  test('has the Vault that the clients are tested with', () => {
    expect(catalogue.vault.version).toBe(vaultVersion);
  });

  test('is replaced by name and added to by the site', () => {
    const site = siteWith('vault', 'tool');
    expect(siteArtifact(site, 'vault')).toMatchObject({ version: '9', sha256, neededBy: ['install-vault'] });
    expect(siteArtifact(site, 'gogs')).toEqual(catalogue.gogs);
    expect(siteArtifacts(site).map(({ name, version }) => `${name} ${version}`)).toEqual([
      'vault 9',
      `gogs ${catalogue.gogs.version}`,
      `registry ${catalogue.registry.version}`,
      'tool 9',
    ]);
    expect(siteArtifacts()).toEqual(Object.values(catalogue));
  });

  test('is shown as a table of 80 columns', () => {
    const table = artifactTable(siteArtifacts(siteWith('tool')));
    expect(table[0]).toMatch(/^name +version +licence +needed by$/);
    expect(table).toContainEqual(expect.stringMatching(/^vault +1\.21\.1 +BUSL-1\.1 +install-vault$/));
    expect(table.at(-1)).toMatch(/^tool +9 +MIT +the site$/);
    expect(table.every((line) => line.length <= 80)).toBe(true);
  });
});

describe('the place in a store', () => {
  test('follows from name, version and file', () => {
    const path = 'vault/1.21.1/vault_1.21.1_linux_amd64.zip';
    expect(storePath(catalogue.vault)).toBe(path);
    const url = storeUrl('https://store.example.org/socle/', catalogue.vault);
    expect(url).toBe(`https://store.example.org/socle/${path}`);
    expect(storeOf(url)).toBe('https://store.example.org/socle');
  });

  test.each([
    ['https://x.example.org/a/b.tar.gz', 'b.tar.gz'],
    ['https://x.example.org/v1+rke2r1/b-1+c.txt?query#part', 'b-1+c.txt'],
    ['https://x.example.org/', undefined],
    ['https://x.example.org/a/%2e%2e', undefined],
    ['https://x.example.org/a/.hidden', undefined],
    ['https://x.example.org/a/b%20c', undefined],
    ['no address', undefined],
  ])('%s ends in the file %s', (url, name) => expect(fileName(url)).toBe(name));
});
