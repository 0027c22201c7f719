import { Errors, readObject, type PromiseFsClient } from 'isomorphic-git';
import type { Gogs } from './node.js';
import type { Disk } from './disk.js';

/** A bare repository on the machine's disk, and what was read of it for one request. */
export type GitStore = { disk: Disk; fs: PromiseFsClient; gitdir: string; cache: object };

export type GitObject =
  | { type: 'commit'; tree: string; parents: string[] }
  | { type: 'tree'; entries: { mode: string; path: string; oid: string }[] }
  | { type: 'tag'; target: string }
  | { type: 'blob' };

/** Gogs has all repositories in one folder, with small letters. */
export function gitStore({ settings, disk }: Gogs, owner: string, name: string): GitStore {
  const gitdir = `${settings.repositories}/${owner.toLowerCase()}/${name.toLowerCase()}.git`;
  return { disk, fs: disk.fs, gitdir, cache: {} };
}

/** Makes an empty repository, as `git init --bare` does. */
export async function initialise({ disk, gitdir }: GitStore, defaultBranch: string): Promise<void> {
  for (const folder of ['refs/heads', 'refs/tags', 'objects/info', 'objects/pack'])
    await disk.makeFolder(`${gitdir}/${folder}`);
  await disk.write(`${gitdir}/HEAD`, `ref: refs/heads/${defaultBranch}\n`);
  await disk.write(
    `${gitdir}/config`,
    '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
  );
}

/** Reads what an object refers to. @throws Errors.NotFoundError of isomorphic-git when it is not there */
export async function readGitObject(store: GitStore, oid: string): Promise<GitObject> {
  const { type, object } = await readObject({ ...store, oid, format: 'content' });
  const bytes = Buffer.from(object as Uint8Array);
  if (type === 'tree') return { type, entries: entriesOf(bytes) };
  const head = bytes.toString('utf8').split('\n\n', 1)[0]!;
  const named = (name: string): string[] =>
    [...head.matchAll(new RegExp(`^${name} ([0-9a-f]{40})$`, 'gm'))].map(([, found]) => found!);
  if (type === 'commit') return { type, tree: named('tree')[0]!, parents: named('parent') };
  if (type === 'tag') return { type, target: named('object')[0]! };
  return { type: 'blob' };
}

export function isMissing(error: unknown): boolean {
  return error instanceof Errors.NotFoundError;
}

/** The content of a file. */
export async function readBytes(store: GitStore, oid: string): Promise<Buffer> {
  return Buffer.from((await readObject({ ...store, oid, format: 'content' })).object as Uint8Array);
}

/** A tree in git's own form: mode, name, and twenty bytes of the object. */
function entriesOf(bytes: Buffer): { mode: string; path: string; oid: string }[] {
  const entries = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, space);
    entries.push({
      mode: bytes.toString('latin1', at, space),
      path: bytes.toString('utf8', space + 1, end),
      oid: bytes.toString('hex', end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}
