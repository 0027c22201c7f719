import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SimulatedMachine } from '../../machine.js';
import type { Stored } from './record.js';

export type Disk = {
  read: () => Stored | undefined;
  /** On disk when it returns. */
  write: (stored: Stored) => void;
  /** Makes place for a cluster that this node did not know before. */
  create: () => Promise<void>;
};

/**
 * A node's storage. The machine's folder holds `vault.db`, which names the bytes; they lie on this computer's disk, in the
 * sandbox's state: every change of theirs is kept without writing down the whole machine. A folder that was emptied knows
 * of nothing.
 * @throws Error when the folder does not exist
 */
export async function openDisk(machine: SimulatedMachine, path: string): Promise<Disk> {
  if (!(await machine.files.exists(path)))
    throw new Error(`failed to create fsm: failed to open bolt file: open ${path}/vault.db: no such file`);
  const mark = `${path}/vault.db`;
  let id = (await machine.files.text(mark))?.trim();
  const file = (): string => join(machine.dataFolder(), `vault-${id}.json`);
  return {
    read: () =>
      id !== undefined && existsSync(file())
        ? (JSON.parse(readFileSync(file(), 'utf8')) as Stored)
        : undefined,
    write: (stored) => {
      mkdirSync(machine.dataFolder(), { recursive: true });
      writeFileSync(`${file()}.new`, JSON.stringify(stored), { mode: 0o600 });
      renameSync(`${file()}.new`, file());
    },
    create: async () => {
      id = randomUUID();
      await machine.files.writeAsProgram(mark, `${id}\n`);
      await machine.persist();
    },
  };
}
