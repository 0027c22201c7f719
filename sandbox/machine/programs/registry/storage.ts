import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SimulatedMachine } from '../../machine.js';

type Repository = {
  blobs: string[];
  /** Digest → media type. */
  manifests: Record<string, string>;
  tags: Record<string, string>;
};

/** What both instances of a machine keep in one folder. Its bytes lie on this computer's disk, in the sandbox's state. */
export type Storage = {
  repository: (name: string) => Repository | undefined;
  repositories: () => string[];
  change: (name: string, work: (repository: Repository) => void) => void;
  blob: (digest: string) => Buffer | undefined;
  keepBlob: (bytes: Buffer) => string;
  beginUpload: () => string;
  uploaded: (id: string) => number | undefined;
  append: (id: string, bytes: Buffer) => void;
  endUpload: (id: string) => Buffer;
};

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A folder that is gone from the machine, or was never there, has nothing in it. */
export async function openStorage(machine: SimulatedMachine, path: string): Promise<Storage> {
  const folder = join(machine.dataFolder(), path.replaceAll('/', '_'));
  const mark = `${path}/docker`;
  if (!(await machine.files.exists(mark))) {
    rmSync(folder, { recursive: true, force: true });
    await machine.files.mkdir(mark, { recursive: true });
  }
  for (const name of ['blobs', 'uploads']) mkdirSync(join(folder, name), { recursive: true });
  const index = join(folder, 'repositories.json');
  const read = (): Record<string, Repository> =>
    existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as Record<string, Repository>) : {};
  const blobFile = (digest: string): string => join(folder, 'blobs', digest.replace(':', '-'));
  const uploadFile = (id: string): string => join(folder, 'uploads', id);
  return {
    repository: (name) => read()[name],
    repositories: () => Object.keys(read()).sort(),
    change: (name, work) => {
      const all = read();
      work((all[name] ??= { blobs: [], manifests: {}, tags: {} }));
      writeFileSync(`${index}.new`, JSON.stringify(all));
      renameSync(`${index}.new`, index);
    },
    blob: (digest) => (existsSync(blobFile(digest)) ? readFileSync(blobFile(digest)) : undefined),
    keepBlob: (bytes) => {
      const digest = digestOf(bytes);
      writeFileSync(blobFile(digest), bytes);
      return digest;
    },
    beginUpload: () => {
      const id = randomUUID();
      writeFileSync(uploadFile(id), '');
      return id;
    },
    uploaded: (id) => (existsSync(uploadFile(id)) ? statSync(uploadFile(id)).size : undefined),
    append: (id, bytes) => appendFileSync(uploadFile(id), bytes),
    endUpload: (id) => {
      const bytes = readFileSync(uploadFile(id));
      rmSync(uploadFile(id));
      return bytes;
    },
  };
}
