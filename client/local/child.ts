import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { exitCodes, UserError } from '../../config/errors.js';

/** A program that `socle dev` and `socle demo` keep running. */
export type Supervised = { pid: () => number; stop: () => Promise<void> };

export type ChildSettings = {
  name: string;
  /** Path of a compiled entry, run by this Node. */
  entry: string;
  args?: string[];
  /** Words before the command, such as `nsenter --net=FILE`. */
  prefix?: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Standard error goes there. */
  logFile: string;
  say: (line: string) => void;
};

/**
 * Starts a program of ours and starts it again when it dies, until `stop`.
 * @returns its supervisor and the first line that it printed.
 * @throws UserError when it ends before it is ready.
 */
export async function supervise(settings: ChildSettings): Promise<{ supervised: Supervised; ready: string }> {
  let stopping = false;
  const first = await start(settings);
  let { child } = first;
  const watch = (current: ChildProcess): void => {
    current.once('exit', (code, signal) => {
      if (stopping) return;
      settings.say(`${settings.name} ended (${signal ?? `code ${code}`}); it is started again`);
      void start(settings).then(
        (next) => {
          child = next.child;
          watch(child);
        },
        (error: unknown) =>
          settings.say(`${settings.name} cannot be started again: ${(error as Error).message}`),
      );
    });
  };
  watch(child);
  return {
    ready: first.ready,
    supervised: {
      pid: () => child.pid!,
      stop: async () => {
        stopping = true;
        await endProcess(child);
      },
    },
  };
}

async function start(settings: ChildSettings): Promise<{ child: ChildProcess; ready: string }> {
  const { name, entry, args = [], prefix = [], environment, logFile } = settings;
  const [program, ...words] = [...prefix, process.execPath, entry, ...args];
  // Its own process group: Ctrl-C in the terminal reaches only this process, which then stops its children in order.
  const child = spawn(program!, words, {
    env: environment,
    // The channel closes when this process dies in whatever way, and the child then ends by itself.
    stdio: ['ignore', 'pipe', openSync(logFile, 'a'), 'ipc'],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout! });
  const ready = await Promise.race([
    once(lines, 'line').then(([line]) => line as string),
    once(child, 'exit').then(() => undefined),
  ]);
  if (ready === undefined)
    throw new UserError(`${name} did not start; its last words are in ${logFile}`, exitCodes.prerequisite);
  lines.on('line', () => undefined);
  return { child, ready };
}

/** SIGTERM, and SIGKILL after 35 s: a worker lets running steps reach a safe point first. */
async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 35_000);
  await exited;
  clearTimeout(timer);
}
