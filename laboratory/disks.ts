import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runFolder } from './names.js';

const control = '/sys/class/zram-control';
const noteOf = (machine: string): string => join(runFolder, 'machines', machine, 'disks.json');

type Disk = { device: string; sizeBytes: number };

/**
 * Real block devices as a machine's data disks: compressed memory (zram), which is the one kind of device that costs
 * nothing before it is written to, bears any size and is a disk to lsblk. Its table takes 4 MiB for each GiB of size.
 * @param sizesBytes of the data disks, in order; disks that exist are kept with what is on them
 * @returns names of the devices below /dev
 */
export async function ensureDisks(machine: string, sizesBytes: readonly number[]): Promise<string[]> {
  const disks = await disksOf(machine);
  await mkdir(dirname(noteOf(machine)), { recursive: true });
  for (const sizeBytes of sizesBytes.slice(disks.length)) {
    const device = `zram${(await readFile(join(control, 'hot_add'), 'utf8')).trim()}`;
    disks.push({ device, sizeBytes });
    await writeFile(noteOf(machine), JSON.stringify(disks));
    await writeFile(`/sys/block/${device}/disksize`, String(sizeBytes));
  }
  return disks.map(({ device }) => device);
}

/** Gives the devices of a machine back to the kernel; nothing may have them open. */
export async function deleteDisks(machine: string): Promise<void> {
  for (const { device } of await disksOf(machine))
    await writeFile(join(control, 'hot_remove'), device.replace('zram', ''));
  await rm(noteOf(machine), { force: true });
}

async function disksOf(machine: string): Promise<Disk[]> {
  const text = await readFile(noteOf(machine), 'utf8').catch(() => '[]');
  return JSON.parse(text) as Disk[];
}
