import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { laboratoryName } from './names.js';

const dyingMs = 10_000;
const lookAgainMs = 20;

/** Enters a control group and becomes another program: the first argument is the group's list of processes. */
const enterScript = 'echo $$ >"$1" && shift && exec "$@"';

/**
 * A control group of its own for each machine: in one that they shared, the systemd of one would take the services of
 * another for its own.
 * @returns words before the command that is to run in it.
 */
export async function controlGroup(machine: string): Promise<string[]> {
  const folder = join(await hierarchy(), laboratoryName, machine);
  await mkdir(folder, { recursive: true });
  return ['sh', '-c', enterScript, 'sh', join(folder, 'cgroup.procs')];
}

/** Removes a machine's group, or those of all; none may have a process left. */
export async function removeControlGroups(machine = ''): Promise<void> {
  await removeTree(join(await hierarchy(), laboratoryName, machine));
}

async function removeTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(folder, entry.name));
  const deadline = Date.now() + dyingMs;
  for (;;) {
    try {
      return await rmdir(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      // A process that was ended stays in its group for a moment after everything else of it is gone.
      if (code !== 'EBUSY' || Date.now() > deadline) throw error;
      await sleep(lookAgainMs);
    }
  }
}

/** Where version 2 of the control groups is mounted: cgroups(7). */
async function hierarchy(): Promise<string> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n').map((line) => line.split(' '));
  const found = mounts.find(([, , type]) => type === 'cgroup2')?.[1];
  if (found === undefined)
    throw new Error('this computer has no control groups of version 2 (cgroup2 is not mounted)');
  return found;
}
