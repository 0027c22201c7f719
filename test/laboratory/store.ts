import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { storePath } from '../../config/artifacts/store.js';
import { cacheFolder } from '../../config/cache-folder.js';
import { zipOf } from '../../sandbox/archives.js';
import { vaultPath, vaultVersion } from '../../tools/vault-program.js';

/** One entry of a site file's `artifacts.catalogue`. */
export type StoreEntry = { name: string; version: string; url: string; sha256: string; licence: string };

/**
 * An artefact store with the real Vault, built from its published module and packed as its publisher packs it: only the
 * checksum is another one.
 * @returns its folder, and what the site file names instead of the publishers' files
 */
export async function realStore(): Promise<{ folder: string; catalogue: StoreEntry[] }> {
  const program = await vaultPath(cacheFolder());
  const folder = join(cacheFolder(), `store-${basename(program)}`);
  const vault = {
    name: 'vault',
    version: vaultVersion,
    url: `https://releases.example.org/vault_${vaultVersion}_linux_amd64.zip`,
  };
  const archive = join(folder, storePath(vault));
  if (!existsSync(archive)) {
    const unfinished = `${archive}.${process.pid}`;
    await mkdir(dirname(archive), { recursive: true });
    await writeFile(unfinished, zipOf('vault', await readFile(program)));
    await rename(unfinished, archive);
  }
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  return { folder, catalogue: [{ ...vault, sha256, licence: 'BUSL-1.1' }] };
}
