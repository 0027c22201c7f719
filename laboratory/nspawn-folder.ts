import { mkdir, readFile } from 'node:fs/promises';
import { run } from './command.js';
import { laboratoryName } from './names.js';

const folder = '/run/systemd/nspawn';

/** systemd-nspawn shares this folder with its machines, which only works on a file system that can be shared. */
export async function provideNspawnFolder(): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (/^(tmpfs|ramfs)$/.test(await fileSystemOf(folder))) return;
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=755', laboratoryName, folder]);
}

/** Only the one that a laboratory mounted. */
export async function releaseNspawnFolder(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n');
  if (mounts.some((line) => line.startsWith(`${laboratoryName} ${folder} `))) await run(['umount', folder]);
}

async function fileSystemOf(path: string): Promise<string> {
  return (await run(['stat', '--file-system', '--format=%T', path])).trim();
}
