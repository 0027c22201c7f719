import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The environment that the example sites' references want: made once per state folder, readable by the owner alone.
 * @param caPem certificate authority of the simulated vCenter
 * @param outsideCaPem that of log collector and package mirror
 */
export async function demoEnvironment(
  stateFolder: string,
  caPem: string,
  outsideCaPem = caPem,
): Promise<NodeJS.ProcessEnv> {
  return {
    ...process.env,
    SOCLE_MASTER_KEY: await kept(stateFolder, 'master.key'),
    SOCLE_VSPHERE_PASSWORD: await kept(stateFolder, 'vcenter.password'),
    SOCLE_BACKUP_KEY: await kept(stateFolder, 'backup.key'),
    SOCLE_VSPHERE_CA: caPem,
    SOCLE_ARTIFACT_CA: outsideCaPem,
    SOCLE_SYSLOG_CA: outsideCaPem,
  };
}

/** A random value of 32 bytes that stays the same for this state folder. */
export async function kept(stateFolder: string, name: string): Promise<string> {
  const path = join(stateFolder, name);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(stateFolder, { recursive: true });
    const value = randomBytes(32).toString('hex');
    await writeFile(path, value, { mode: 0o600 });
    return value;
  }
}
