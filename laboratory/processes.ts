import { readdir, readFile } from 'node:fs/promises';
import { laboratoryName } from './names.js';

/**
 * In the environment of every process that a laboratory starts, and so of those that they start. A process that bears it
 * is the laboratory's, whatever became of the process that started it.
 */
export const mark = { SOCLE_LABORATORY: laboratoryName } as const;

export type FoundProcess = { pid: number; command: string };

/** The laboratory's processes, by their start environment; of this process's own users only, as root of all. */
export async function markedProcesses(): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => Number.isInteger(pid));
  const wanted = `SOCLE_LABORATORY=${laboratoryName}`;
  const found = await Promise.all(
    pids.map(async (pid): Promise<FoundProcess | undefined> => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(wanted) ? { pid, command: await commandOf(pid) } : undefined;
    }),
  );
  return found.filter((process) => process !== undefined);
}

/** Its command line with spaces between the words; empty when there is no such process. */
export async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.replaceAll('\0', ' ').trim();
}

/** Processes that a process has started and not yet buried. */
export async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** Ends a process by its id; one that is gone already is no error. */
export function end(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
