import type { Client } from '@temporalio/client';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readRun } from '../../client/run/read-run.js';
import { run } from '../../laboratory/command.js';
import { journalFile, namespace, runFolder, stateFolder, within } from '../../laboratory/names.js';
import { markedProcesses } from '../../laboratory/processes.js';
import type { Effect } from '../../sandbox/runtime.js';
import { StackUnderTest } from '../end-to-end/stack.js';
import { breakConnections, firstProcess, insideMachine } from '../laboratory/inside-machine.js';
import { editSite, type Change } from '../laboratory/site-file.js';
import { realStore } from '../laboratory/store.js';
import { tailJournal } from './journal-tail.js';
import type { Place } from './place.js';
import { kinds, type Kind } from './schedule.js';

/** The simulator of the vCenter holds its inventory in memory, and a real sshd has no script to be told of a reset. */
const notHere: readonly Kind[] = ['sandbox killed', 'script reset'];
const phases = 2;
const machinesFolder = join(runFolder, 'machines');
const goneWithinMs = 20_000;

/** Real machines, on which a whole site is made and prepared. Needs what `socle lab up` needs. */
export const laboratoryPlace: Place = {
  kinds: kinds.filter((kind) => !notHere.includes(kind)),
  file: '.socle/chaos/site-lab.yaml',
  start: async () => {
    const store = await realStore();
    await mkdir(dirname(laboratoryPlace.file), { recursive: true });
    const ownFiles: Change = [['artifacts', 'catalogue'], store.catalogue];
    editSite('examples/site-lab.yaml', laboratoryPlace.file, [ownFiles]);
    const orchestrator = `${stateFolder}/orchestrator`;
    const stack = await StackUnderTest.command(
      ['lab', 'up', '--with-packages', '--store', store.folder],
      orchestrator,
    );
    let seen = 0;
    return {
      stack,
      slow: true,
      journal: tailJournal(journalFile),
      made: 'boot',
      progress: async (client, site) => {
        seen = Math.max(seen, await shareDone(client, site).catch(() => 0));
        return seen;
      },
      pidOf: async (part) => (part === 'sandbox' ? vcenter() : (await stack.note()).pids[part]),
      disturb: async (machine, what) => {
        if (what === 'power-on') await powerOn(stack, machine);
        else {
          const pid = await firstProcess(machine);
          if (pid === undefined) return false;
          if (what === 'cut') await breakConnections(machine, 22);
          else process.kill(pid, 'SIGKILL');
        }
        return true;
      },
      ownEffects: async (machines) => (await Promise.all(machines.map(loggedEffects))).flat(),
      // A real machine is gone a moment after its virtual one.
      leftovers: async () => {
        const left = (): Promise<string[]> => readdir(machinesFolder);
        await stack.until(async () => (await left()).length === 0, goneWithinMs).catch(() => undefined);
        return { machines: await left() };
      },
    };
  },
};

/** Of all steps, phase by phase; a phase that has not begun has none done. */
async function shareDone(client: Client, site: string): Promise<number> {
  const { progress, open } = await readRun(client, site);
  const shares = (progress?.phases ?? []).slice(0, phases).map(({ name, summary }) => {
    const roles = summary ? [summary] : (open[name]?.roles ?? []);
    const sum = (member: 'done' | 'total'): number => roles.reduce((all, role) => all + role[member], 0);
    return sum('done') / Math.max(1, sum('total'));
  });
  return shares.reduce((sum, share) => sum + share, 0) / phases;
}

async function vcenter(): Promise<number> {
  const found = (await markedProcesses()).find(({ command }) => /^\S*\/vcsim\S* -/.test(command));
  if (!found) throw new Error('the vCenter of the laboratory is not there');
  return found.pid;
}

/** As a person does in the vCenter; somebody else may have done so meanwhile. */
async function powerOn(stack: StackUnderTest, machine: string): Promise<void> {
  const worker = (await stack.note()).pids.worker;
  const variables = (await readFile(`/proc/${worker}/environ`, 'utf8')).split('\0');
  // What the site file refers to; the others, such as the number of its channel to who started it, are the worker's own.
  const secrets = variables.filter((line) => line.startsWith('SOCLE_'));
  const environment = Object.fromEntries(
    secrets.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const words = ['--import', 'tsx', 'test/chaos/power-on.ts', laboratoryPlace.file, machine];
  await run([...within(namespace), process.execPath, ...words], {
    environment: { ...process.env, ...environment },
  });
}

/** What a machine's own logs say of what was done to it, whoever did it. */
async function loggedEffects(subject: string): Promise<Effect[]> {
  const inside = async (script: string): Promise<string[]> =>
    (await insideMachine(subject, 'sh', '-ec', script)).split('\n').filter(Boolean);
  const effect = (name: string, detail?: Record<string, unknown>): Effect => ({
    ...{ at: '', system: 'machine', effect: name, subject },
    ...(detail && { detail }),
  });
  const accounts = await inside(
    "journalctl --no-pager -o cat -t useradd | sed -n 's/^new user: name=\\([^,]*\\).*/\\1/p'",
  );
  const packages = await inside("sed -n 's/^[0-9: -]* install \\([^ ]*\\) .*/\\1/p' /var/log/dpkg.log || :");
  const firstBoots = await inside('ls /var/lib/cloud/instances');
  if (accounts.length === 0 || firstBoots.length === 0) throw new Error(`the logs of ${subject} say nothing`);
  return [
    ...accounts.map((name) => effect('user-added', { name })),
    ...packages.map((name) => effect('packages-installed', { names: [name] })),
    ...firstBoots.map(() => effect('cloud-init')),
  ];
}
