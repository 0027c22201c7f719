import {
  addRemote,
  fetch,
  init,
  listServerRefs,
  readBlob,
  readCommit,
  readTree,
  type HttpClient,
} from 'isomorphic-git';
import { createFsFromVolume, Volume } from 'memfs';
import { gitTransport, type GitRemote } from './remote.js';

/** Content of files by their path from the root, with `/` between folders. */
export type Files = ReadonlyMap<string, Buffer>;

/** What every function of isomorphic-git wants: a repository that is nowhere but in memory, and what was read of it. */
export type Store = { fs: ReturnType<typeof createFsFromVolume>; gitdir: string; cache: object };

/** The newest commit of a branch with its files; neither tree nor commit, and no file, when there is no such branch. */
export type Head = { commit?: string; tree?: string; files: Files };

/** A head that can be written upon. */
export type OpenHead = Head & { url: string; branch: string; store: Store; http: HttpClient };

/**
 * Reads all files of a branch at its head, without any history.
 * @throws ApiError 401 or 403 when the login is refused, 404 when there is no such repository
 */
export async function readHead(remote: GitRemote, branch: string): Promise<Head> {
  const { commit, tree, files } = await openHead(remote, branch);
  return commit === undefined || tree === undefined ? { files } : { commit, tree, files };
}

/** The newest commit of a branch, without reading it; undefined when there is no such branch. */
export async function branchHead(remote: GitRemote, branch: string): Promise<string | undefined> {
  return headAmong(gitTransport(remote), remote.url, branch);
}

/** The same as `readHead`, with the store that it was read into. */
export async function openHead(remote: GitRemote, branch: string): Promise<OpenHead> {
  const http = gitTransport(remote);
  const { url } = remote;
  const store: Store = { fs: createFsFromVolume(new Volume()), gitdir: '/repository.git', cache: {} };
  await init({ ...store, bare: true, defaultBranch: branch });
  await addRemote({ ...store, remote: 'origin', url });
  const nothing = { url, branch, store, http, files: new Map<string, Buffer>() };
  if ((await headAmong(http, url, branch)) === undefined) return nothing;
  const { fetchHead } = await fetch({
    ...store,
    http,
    remote: 'origin',
    ref: branch,
    remoteRef: branch,
    singleBranch: true,
    tags: false,
    depth: 1,
  });
  // Deleted between the two requests.
  if (fetchHead === null) return nothing;
  const { tree } = (await readCommit({ ...store, oid: fetchHead })).commit;
  const files = new Map<string, Buffer>();
  for await (const [path, content] of filesOf(store, tree, '')) files.set(path, content);
  return { ...nothing, commit: fetchHead, tree, files };
}

/** Gogs speaks no later version of the protocol; an empty repository and a missing branch are told apart from failures here. */
async function headAmong(http: HttpClient, url: string, branch: string): Promise<string | undefined> {
  const prefix = `refs/heads/${branch}`;
  const refs = await listServerRefs({ http, url, prefix, protocolVersion: 1 });
  return refs.find(({ ref }) => ref === prefix)?.oid;
}

async function* filesOf(store: Store, tree: string, above: string): AsyncGenerator<[string, Buffer]> {
  for (const { path, oid, type } of (await readTree({ ...store, oid: tree })).tree) {
    if (type === 'tree') yield* filesOf(store, oid, `${above}${path}/`);
    if (type === 'blob') yield [`${above}${path}`, Buffer.from((await readBlob({ ...store, oid })).blob)];
  }
}
