import { run } from '../../laboratory/command.js';
import { machineNamespace, within } from '../../laboratory/names.js';
import { childrenOf, markedProcesses } from '../../laboratory/processes.js';

/** Process 1 of a machine, by its number on this computer; undefined while it has no power. */
export async function firstProcess(machine: string): Promise<number | undefined> {
  const found = (await markedProcesses()).find(({ command }) =>
    command.includes(` --machine=${machineNamespace(machine)} `),
  );
  return found && (await childrenOf(found.pid))[0];
}

/** Runs a program in a machine as its root, without a login, and answers what it printed. */
export async function insideMachine(machine: string, ...words: string[]): Promise<string> {
  const first = await firstProcess(machine);
  return run(['nsenter', `--target=${first}`, '--mount', '--pid', '--', ...words]);
}

/** Breaks every connection to the machine's SSH server. */
export async function breakConnections(machine: string, port: number): Promise<void> {
  await run([...within(machineNamespace(machine)), 'ss', '--kill', '--tcp', 'sport', '=', `:${port}`]);
}
