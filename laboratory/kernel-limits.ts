import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runFolder } from './names.js';

/** Each machine's systemd and its services take about ten; all count for root. Distributions allow 128. */
const setting = '/proc/sys/fs/inotify/max_user_instances';
const enough = 8192;
const noteFile = join(runFolder, 'inotify-instances');

/** Lets many systemds run on this kernel; what it was before is noted. */
export async function raiseLimits(): Promise<void> {
  const before = await readFile(setting, 'utf8');
  if (Number(before) >= enough) return;
  await writeFile(noteFile, before);
  await writeFile(setting, String(enough));
}

export async function restoreLimits(): Promise<void> {
  const before = await readFile(noteFile, 'utf8').catch(() => undefined);
  if (before === undefined) return;
  await writeFile(setting, before);
  await rm(noteFile);
}
