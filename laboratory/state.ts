import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineNamespace, runFolder, stateFolder } from './names.js';
import { markedProcesses } from './processes.js';

export type MachineState = { name: string; powered: boolean };

/** The machines that this computer holds something of, by name; read from what is there, not from notes. */
export async function machineStates(): Promise<MachineState[]> {
  const names = (await readdir(join(runFolder, 'machines')).catch(() => [])).sort();
  const commands = (await markedProcesses()).map(({ command }) => command);
  return names.map((name) => ({
    name,
    powered: commands.some((command) => command.includes(` --machine=${machineNamespace(name)} `)),
  }));
}

/** Where the laboratory's Temporal server listens; undefined before it does. */
export async function temporalAddress(): Promise<string | undefined> {
  const text = await readFile(join(stateFolder, 'orchestrator/stack.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { temporalAddress?: string }).temporalAddress;
}
