import type { SimulatedMachine } from '../machine.js';
import { programs } from './index.js';

/**
 * Starts what a unit does; false when its condition says that it is not wanted.
 * @param before done first, where it is wanted
 * @throws Error as the program says
 */
export async function startProgram(
  machine: SimulatedMachine,
  unit: string,
  before: () => Promise<void> = async () => undefined,
): Promise<boolean> {
  const program = programs[unit];
  if (!program) return true;
  if (program.wanted && !(await program.wanted(machine))) return false;
  endProgram(machine, unit, 'kill');
  await before();
  machine.programs.set(unit, await program.start(machine));
  machine.changed();
  return true;
}

export async function reloadProgram(machine: SimulatedMachine, unit: string): Promise<void> {
  await machine.programs.get(unit)?.reload();
  machine.changed();
}

export function endProgram(machine: SimulatedMachine, unit: string, how: 'stop' | 'kill'): void {
  const running = machine.programs.get(unit);
  if (!running) return;
  machine.programs.delete(unit);
  running[how]();
  machine.changed();
}

/** After a restart of the sandbox: what ran on the machine runs again. */
export async function resumePrograms(machine: SimulatedMachine): Promise<void> {
  for (const [unit, { state }] of [...machine.running]) {
    if (state !== 'active') continue;
    try {
      if (!(await startProgram(machine, unit))) machine.running.delete(unit);
    } catch (error) {
      machine.say(`systemd: ${unit} failed: ${(error as Error).message}`);
      machine.running.set(unit, { state: 'failed', since: Date.now() });
    }
  }
}

/** Ends a program as `kill -9` does; systemd does not start it again. @throws Error when the unit does not run. */
export async function killUnit(machine: SimulatedMachine, unit: string): Promise<void> {
  if (!machine.programs.has(unit)) throw new Error(`${unit} does not run on ${machine.name}`);
  machine.running.set(unit, { state: 'failed', since: Date.now() });
  endProgram(machine, unit, 'kill');
  machine.effect('killed', { unit });
  await machine.persist();
}
