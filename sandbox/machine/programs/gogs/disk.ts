import { dirname } from 'node:path/posix';
import type { PromiseFsClient } from 'isomorphic-git';
import type { SimulatedMachine } from '../../machine.js';

/** Files of the machine as its Gogs has them, which owns what it makes. Paths are absolute. */
export type Disk = {
  read: (path: string) => Promise<Buffer | undefined>;
  write: (path: string, content: string | Uint8Array) => Promise<void>;
  /** With the folders above it. */
  makeFolder: (path: string) => Promise<void>;
  /** Names in a folder; none where none is. */
  list: (path: string) => Promise<string[]>;
  isFolder: (path: string) => Promise<boolean>;
  remove: (path: string) => Promise<void>;
  /** The same files as isomorphic-git wants them. */
  fs: PromiseFsClient;
};

export function openDisk({ files }: SimulatedMachine, account: string): Disk {
  const own = (path: string): void => void files.owners.set(path, { user: account, group: account });
  const isFolder: Disk['isFolder'] = async (path) =>
    (await files.exists(path)) && (await files.stat(path)).isDirectory;
  const isFile = async (path: string): Promise<boolean> =>
    (await files.exists(path)) && (await files.stat(path)).isFile;
  const makeFolder: Disk['makeFolder'] = async (path) => {
    if (path === '/' || (await isFolder(path))) return;
    await makeFolder(dirname(path));
    await files.makeFolderAsProgram(path);
    own(path);
  };
  const read: Disk['read'] = async (path) =>
    (await isFile(path)) ? Buffer.from(await files.readFileBuffer(path)) : undefined;
  const write: Disk['write'] = async (path, content) => {
    await makeFolder(dirname(path));
    await files.writeAsProgram(path, content);
    own(path);
  };
  const list: Disk['list'] = async (path) => ((await isFolder(path)) ? files.readdir(path) : []);
  const remove: Disk['remove'] = async (path) => files.removeAsProgram(path);
  const stat = async (path: string): Promise<unknown> => {
    if (!(await files.exists(path))) throw missing(path);
    const { isFile: file, isDirectory: folder, mode, size, mtime } = await files.stat(path);
    return {
      mode,
      size,
      mtimeMs: mtime.getTime(),
      isFile: () => file,
      isDirectory: () => folder,
      isSymbolicLink: () => false,
    };
  };
  const promises = {
    readFile: async (path: string, options?: string | { encoding?: string }): Promise<Buffer | string> => {
      const content = await read(path);
      if (content === undefined) throw missing(path);
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return encoding === undefined ? content : content.toString('utf8');
    },
    writeFile: write,
    mkdir: makeFolder,
    readdir: async (path: string): Promise<string[]> => {
      if (!(await isFolder(path))) throw missing(path);
      return files.readdir(path);
    },
    unlink: remove,
    rmdir: remove,
    stat,
    lstat: stat,
    readlink: async (path: string): Promise<never> => Promise.reject(missing(path)),
    symlink: async (): Promise<never> => Promise.reject(new Error('links are not simulated')),
  };
  return { read, write, makeFolder, list, isFolder, remove, fs: { promises } };
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, ${path}`), { code: 'ENOENT' });
}
