import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { diskOf, rootOf } from './names.js';

/**
 * Mounts a machine's root: the template below, what the machine writes above. A mounted one stays as it is.
 * @returns the folder that it is mounted on.
 */
export async function mountRoot(name: string, templateRoot: string): Promise<string> {
  const root = rootOf(name);
  if ((await mountPoints()).includes(root)) return root;
  const [upper, work] = [join(diskOf(name), 'upper'), join(diskOf(name), 'work')];
  for (const folder of [root, upper, work]) await mkdir(folder, { recursive: true });
  // volatile: what a machine writes need not survive a crash of this computer, and packages install many times faster.
  const options = `lowerdir=${templateRoot},upperdir=${upper},workdir=${work},volatile`;
  await run(['mount', '-t', 'overlay', 'socle-lab', '-o', options, root]);
  return root;
}

/**
 * netplan has networkd find a card by its permanent address, which a veth has not; its name must do.
 * @param card the name that the site file gives it
 */
export async function acceptVirtualCard(root: string, card: string): Promise<void> {
  const folder = join(root, `etc/systemd/network/10-netplan-${card}.network.d`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'laboratory.conf'), '[Match]\nPermanentMACAddress=\n');
}

/** Takes a machine's root and all that it wrote away. */
export async function deleteRoot(name: string): Promise<void> {
  const root = rootOf(name);
  if ((await mountPoints()).includes(root)) await run(['umount', root]);
  await rm(join(root, '..'), { recursive: true, force: true });
  await rm(diskOf(name), { recursive: true, force: true });
}

/** Where anything is mounted on this computer. Field 5 of proc_pid_mountinfo(5), whose spaces are written `\040`. */
export async function mountPoints(): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).trim().split('\n');
  return lines.map((line) => (line.split(' ')[4] ?? '').replaceAll('\\040', ' '));
}
