import type { Machine } from '../../config/machine.js';
import type { Access } from './access.js';
import type { Task } from './task.js';
import type { Timed } from './timed.js';

export const runNames = ['first', 'second'] as const;
export type RunName = (typeof runNames)[number];

export type MachineWork = { machine: Machine; tasks: Task[] };

/** What an engine is given before it is measured. */
export type Surroundings = {
  /** For its own files; new for each round. */
  folder: string;
  access: Access;
  works: readonly MachineWork[];
  /** Words before a command that is to reach the machines. */
  prefix: readonly string[];
};

export type Prepared = {
  run: (name: RunName) => Promise<Timed>;
  /** How many things a run says that it changed; undefined where that cannot be read. */
  changes: (output: string) => number | undefined;
};

/** An engine of the comparison. `prepare` is not measured. */
export type Peer = {
  name: 'socle' | 'ansible' | 'pyinfra' | 'script';
  version: () => Promise<string>;
  prepare: (surroundings: Surroundings) => Promise<Prepared>;
};
