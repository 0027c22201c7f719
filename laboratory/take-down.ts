import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './command.js';
import { removeControlGroups } from './control-group.js';
import { deleteDisks } from './disks.js';
import { restoreLimits } from './kernel-limits.js';
import { laboratoryName, runFolder, stateFolder } from './names.js';
import { namespaces } from './network.js';
import { releaseNamespacesFolder } from './namespaces-folder.js';
import { releaseNspawnFolder } from './nspawn-folder.js';
import { oneAtATime } from './one-at-a-time.js';
import { mountPoints } from './overlay.js';
import { childrenOf, commandOf, end, markedProcesses } from './processes.js';

const politeMs = 10_000;
const lookAgainMs = 100;

/** Commands that run a laboratory until they end. */
const owners = / lab up\b|\/bench\/main\.js preparation\b/;

/** The process id of a `socle lab up`, or of a measurement, that runs on this computer, other than this process. */
export async function runningLaboratory(): Promise<number | undefined> {
  const text = await readFile(join(runFolder, 'up.pid'), 'utf8').catch(() => '');
  const pid = Number(text);
  if (!pid || pid === process.pid) return undefined;
  // An id is used again; the words tell whether it is still that process.
  return owners.test(await commandOf(pid)) ? pid : undefined;
}

/** Asks a running `socle lab up` to end, and waits until it has. */
export async function endRunning(pid: number): Promise<void> {
  end(pid, 'SIGTERM');
  // Its note is gone before it is: what tells is the process.
  while (owners.test(await commandOf(pid))) await sleep(lookAgainMs);
}

/**
 * Takes away what a laboratory consists of, by what is found: marked processes, mounts, network namespaces, folders.
 * Nothing that bears another name is touched. One that another process is at is waited for, and then looked after.
 * @returns what there was, for a person.
 */
export async function takeDown(): Promise<string[]> {
  return oneAtATime('take-down', takeAway);
}

async function takeAway(): Promise<string[]> {
  const processes = await endProcesses();
  const mounts = (await mountPoints()).filter((path) => path.startsWith(`${runFolder}/`)).reverse();
  for (const path of mounts) await run(['umount', path]);
  for (const machine of await machineNames()) await deleteDisks(machine);
  await releaseNspawnFolder();
  await removeControlGroups();
  await restoreLimits();
  const networks = (await namespaces()).filter(isOurs);
  for (const name of networks) await run(['ip', 'netns', 'delete', name]);
  await releaseNamespacesFolder();
  const folders = [runFolder, stateFolder].filter((folder) => existsSync(folder));
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  return [
    counted(processes, 'process', 'processes'),
    counted(mounts.length, 'mount', 'mounts'),
    counted(networks.length, 'network namespace', 'network namespaces'),
    counted(folders.length, 'folder', 'folders'),
  ].filter((line) => line !== undefined);
}

/** Machines of which this computer holds anything. */
async function machineNames(): Promise<string[]> {
  return readdir(join(runFolder, 'machines')).catch(() => []);
}

function isOurs(name: string): boolean {
  return name === laboratoryName || name.startsWith(`${laboratoryName}-`);
}

/** Machines lose their power; everything else is asked first, and ended when it has not gone after ten seconds. */
async function endProcesses(): Promise<number> {
  const found = await markedProcesses();
  for (const { pid, command } of found) {
    if (!command.startsWith('systemd-nspawn ')) end(pid, 'SIGTERM');
    else for (const inner of await childrenOf(pid)) end(inner, 'SIGKILL');
  }
  const deadline = Date.now() + politeMs;
  for (let left = found; left.length > 0; left = await markedProcesses()) {
    if (Date.now() > deadline) for (const { pid } of left) end(pid, 'SIGKILL');
    await sleep(lookAgainMs);
  }
  return found.length;
}

function counted(count: number, one: string, more: string): string | undefined {
  return count === 0 ? undefined : `${count} ${count === 1 ? one : more}`;
}
