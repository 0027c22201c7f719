import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { goProgram } from './go-program.js';

const run = promisify(execFile);

/** The version that install-vault installs and that its tests are held against. */
export const vaultVersion = '1.21.1';

/**
 * Vault's own program: the one on PATH when it is of that version, or else built from its published module, which takes
 * some minutes once. The module has no web console.
 * @param cacheFolder where the built one is kept
 * @returns its path, or the bare name on PATH
 * @throws Error with the compiler's words when it has to be built and cannot be
 */
export async function vaultPath(cacheFolder: string): Promise<string> {
  return (await isOnPath()) ? 'vault' : goProgram('vault', cacheFolder, ['-trimpath', '-ldflags', '-s -w']);
}

async function isOnPath(): Promise<boolean> {
  try {
    const { stdout } = await run('vault', ['version']);
    return new RegExp(`^Vault v${vaultVersion.replaceAll('.', '\\.')}\\b`).test(stdout);
  } catch {
    return false; // there is none, or it is none of HashiCorp's
  }
}
