import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runFolder } from './names.js';

const control = '/sys/class/zram-control';
const noteOf = (machine: string): string => join(runFolder, 'machines', machine, 'disks.json');

type Disk = { device: string; sizeBytes: number };

/** One device is made at a time, so that its number is known, and noted, before it exists. */
let making: Promise<unknown> = Promise.resolve();

/**
 * Real block devices as a machine's data disks: compressed memory (zram), which is the one kind of device that costs
 * nothing before it is written to, bears any size and is a disk to lsblk. Its table takes 4 MiB for each GiB of size.
 * @param sizesBytes of the data disks, in order; disks that exist are kept with what is on them
 * @returns names of the devices below /dev
 */
export async function ensureDisks(machine: string, sizesBytes: readonly number[]): Promise<string[]> {
  const disks = await disksOf(machine);
  for (const sizeBytes of sizesBytes.slice(disks.length)) {
    const made = making.then(() => makeDisk(machine, disks, sizeBytes));
    making = made.catch(() => undefined);
    await made;
  }
  return disks.map(({ device }) => device);
}

async function makeDisk(machine: string, disks: Disk[], sizeBytes: number): Promise<void> {
  // The kernel takes the lowest free number. A process that is killed right after it asked leaves the note.
  let number = 0;
  while (existsSync(`/sys/block/zram${number}`)) number += 1;
  const disk = { device: `zram${number}`, sizeBytes };
  disks.push(disk);
  const note = (): Promise<void> => writeFile(noteOf(machine), JSON.stringify(disks));
  await mkdir(dirname(noteOf(machine)), { recursive: true });
  await note();
  disk.device = `zram${(await readFile(join(control, 'hot_add'), 'utf8')).trim()}`;
  if (disk.device !== `zram${number}`) await note();
  await writeFile(`/sys/block/${disk.device}/disksize`, String(sizeBytes));
}

/** Gives the devices of a machine back to the kernel; nothing may have them open. */
export async function deleteDisks(machine: string): Promise<void> {
  for (const { device, sizeBytes } of await disksOf(machine)) {
    const size = await readFile(`/sys/block/${device}/disksize`, 'utf8').catch(() => undefined);
    // One of another size is somebody else's, made while ours was not yet.
    if (size !== undefined && [0, sizeBytes].includes(Number(size)))
      await writeFile(join(control, 'hot_remove'), device.replace('zram', ''));
  }
  await rm(noteOf(machine), { force: true });
}

async function disksOf(machine: string): Promise<Disk[]> {
  const text = await readFile(noteOf(machine), 'utf8').catch(() => '[]');
  return JSON.parse(text) as Disk[];
}
