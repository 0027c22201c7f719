import type { SimulatedMachine } from '../machine.js';

/** A socket that a program listens on, as `ss` shows it. */
export type Socket = { address: string; port: number };

/** What a started unit really does, until it is stopped. */
export type RunningProgram = {
  /** Reads its configuration again. @throws Error in the program's words; what ran goes on as it was */
  reload: () => Promise<void>;
  /** @param clean false for a process that was killed or a machine that lost its power: nobody is told */
  stop: (clean: boolean) => void;
  sockets: () => Socket[];
};

/** A program of the simulated machines: it reads nothing but its machine's own files. */
export type Program = {
  unit: string;
  /** @throws Error in the program's words when it would not start with these files */
  start: (machine: SimulatedMachine) => Promise<RunningProgram>;
};
