import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { storePath } from '../../config/artifacts/store.js';
import { cacheFolder } from '../../config/cache-folder.js';
import { zipOf } from '../../sandbox/archives.js';
import { gogsStandIn } from '../../tools/gitea-program.js';
import { vaultPath, vaultVersion } from '../../tools/vault-program.js';

const run = promisify(execFile);

/** One entry of a site file's `artifacts.catalogue`. */
export type StoreEntry = { name: string; version: string; url: string; sha256: string; licence: string };

type Packed = Omit<StoreEntry, 'sha256'> & { pack: (archive: string) => Promise<unknown> };

/**
 * An artefact store with the real Vault and with Gitea standing in for Gogs, built from their published modules and packed as
 * the publishers pack: only the checksums are others.
 * @returns its folder, and what the site file names instead of the publishers' files
 */
export async function realStore(): Promise<{ folder: string; catalogue: StoreEntry[] }> {
  const vault = await vaultPath(cacheFolder());
  const gogs = await gogsStandIn(cacheFolder());
  const folder = join(cacheFolder(), `store-${basename(vault)}-${basename(dirname(gogs))}`);
  const entries: Packed[] = [
    {
      name: 'vault',
      version: vaultVersion,
      url: `https://releases.example.org/vault_${vaultVersion}_linux_amd64.zip`,
      licence: 'BUSL-1.1',
      pack: async (archive) => writeFile(archive, zipOf('vault', await readFile(vault))),
    },
    {
      name: 'gogs',
      version: '0.14.3',
      url: 'https://releases.example.org/gogs_v0.14.3_linux_amd64.tar.gz',
      licence: 'MIT',
      pack: (archive) => {
        const parent = dirname(gogs);
        // The archive's folder is called as the publisher calls it.
        const renamed = `--transform=s,^${basename(parent)},gogs,`;
        return run('tar', ['-czf', archive, '-C', dirname(parent), renamed, `${basename(parent)}/gogs`]);
      },
    },
  ];
  return { folder, catalogue: await Promise.all(entries.map((entry) => stored(folder, entry))) };
}

async function stored(folder: string, { pack, ...entry }: Packed): Promise<StoreEntry> {
  const archive = join(folder, storePath(entry));
  if (!existsSync(archive)) {
    const unfinished = `${archive}.${process.pid}`;
    await mkdir(dirname(archive), { recursive: true });
    await pack(unfinished);
    await rename(unfinished, archive);
  }
  const sha256 = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  return { ...entry, sha256 };
}
