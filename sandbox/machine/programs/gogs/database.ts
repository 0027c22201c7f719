import { dirname } from 'node:path/posix';
import type { SimulatedMachine } from '../../machine.js';
import type { Disk } from './disk.js';
import { emptyState, type GogsState } from './state.js';

export type Database = {
  read: () => Promise<GogsState>;
  /**
   * One change after the other, of the state and of the files beside it. Both and the effects are on disk when it returns.
   * @throws what `work` throws; the state stays as it was then
   */
  change: <Result>(work: (state: GogsState) => Result | Promise<Result>) => Promise<Result>;
};

/** Where SQLite's own files begin with their format. */
const firstLine = 'simulated Gogs database 1\n';

/** The changes of one machine, whichever of its programs makes them. */
const queues = new WeakMap<SimulatedMachine, Promise<unknown>>();

/**
 * Opens the file that stands for Gogs' database, and makes it where there is none.
 * @throws Error when the folder is somebody else's, or the file is no such database
 */
export async function openDatabase(
  machine: SimulatedMachine,
  disk: Disk,
  path: string,
  account: string,
): Promise<Database> {
  await checkOwner(machine, dirname(path), account);
  const read = async (): Promise<GogsState> => {
    const text = (await disk.read(path))?.toString('utf8');
    if (text === undefined) return emptyState();
    if (!text.startsWith(firstLine))
      throw new Error('Failed to initialize ORM engine: file is not a database');
    return JSON.parse(text.slice(firstLine.length)) as GogsState;
  };
  const write = (state: GogsState): Promise<void> =>
    disk.write(path, `${firstLine}${JSON.stringify(state)}\n`);
  if ((await disk.read(path)) === undefined) await write(emptyState());
  await read();
  return {
    read,
    change: (work) => {
      const changed = (queues.get(machine) ?? Promise.resolve()).then(async () => {
        const state = await read();
        const result = await work(state);
        await write(state);
        await machine.persist();
        return result;
      });
      queues.set(
        machine,
        changed.catch(() => undefined),
      );
      return changed;
    },
  };
}

/**
 * The folder, or what of the path to it is there, must be the account's own, as the permissions of a folder are mostly.
 * @throws Error
 */
export async function checkOwner(machine: SimulatedMachine, folder: string, account: string): Promise<void> {
  const { files } = machine;
  if (folder !== '/' && !(await files.exists(folder))) return checkOwner(machine, dirname(folder), account);
  const { user } = files.ownerOf(folder);
  if (user !== account && account !== 'root')
    throw new Error(`Failed to initialize application: ${folder}: permission denied, it belongs to ${user}`);
}
