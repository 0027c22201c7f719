import type { SimulatedMachine } from './machine.js';

/** Who runs a shell, and what it holds until it ends. */
export type Session = {
  machine: SimulatedMachine;
  user: string;
  release: (() => void)[];
  depth: number;
  /** What new files and folders are not allowed, octal; 022 when absent. */
  mask?: string;
};

export type Ran = { stdout: string; stderr: string; exitCode: number };

/** What a simulated command is given beside its arguments. */
export type CommandContext = {
  session: Session;
  machine: SimulatedMachine;
  stdin: string;
  cwd: string;
  /** Variables of the shell that runs the command; what a subshell changes in them ends with it. */
  variables: Map<string, string>;
  /** Runs a script in a nested shell with this user's rights. */
  run: (script: string, options?: { user?: string; stdin?: string; args?: string[] }) => Promise<Ran>;
  signal: AbortSignal | undefined;
};

export type SimulatedCommand = {
  name: string;
  /** True when only root may run it. */
  root?: boolean;
  run: (args: string[], context: CommandContext) => Promise<Partial<Ran> | void>;
};

/** Thrown by a command: its complaint goes to standard error. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** One argument in single quotes, for a nested shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
