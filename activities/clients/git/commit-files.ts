import { commit, Errors, push, writeTree } from 'isomorphic-git';
import { NotReadyError } from '../../errors.js';
import { missingChanges, type Changes } from './changes.js';
import { openHead, type OpenHead } from './head.js';
import type { GitRemote } from './remote.js';
import { changedTree } from './write-tree.js';

export type CommitRequest = {
  branch: string;
  changes: Changes;
  author: { name: string; email: string };
  message: string;
};

/** The head of the branch afterwards, and the paths that were changed; none when all was as wanted. */
export type Committed = { commit?: string; changed: string[] };

/**
 * Brings files into a branch by one commit upon its head, and makes the branch when it is not there. When nothing differs
 * nothing is committed, which is also how a push whose answer was lost is found at the next call.
 * @throws NotReadyError when somebody else pushed meanwhile, or a hook of the server refused: a later call reads the new head
 * @throws ApiError when the login is refused, or the answer was lost
 */
export async function commitFiles(remote: GitRemote, request: CommitRequest): Promise<Committed> {
  return commitUpon(await openHead(remote, request.branch), request);
}

/** The same upon a head that was read before. It is to be used once. */
export async function commitUpon(
  head: OpenHead,
  { changes, author, message }: CommitRequest,
): Promise<Committed> {
  const { store, branch, tree: base, commit: parent } = head;
  const missing = missingChanges(head.files, changes);
  if (missing.size === 0) return { ...(parent !== undefined && { commit: parent }), changed: [] };
  const tree = (await changedTree(store, base, missing)) ?? (await writeTree({ ...store, tree: [] }));
  const made = await commit({
    ...store,
    tree,
    parent: parent === undefined ? [] : [parent],
    ref: `refs/heads/${branch}`,
    author,
    committer: author,
    message,
  });
  await pushHead(head);
  return { commit: made, changed: [...missing.keys()] };
}

/** The server takes it only upon the head that it has at that moment, whatever happened since this one was read. */
async function pushHead({ store, http, url, branch }: OpenHead): Promise<void> {
  const ref = `refs/heads/${branch}`;
  try {
    await push({ ...store, http, remote: 'origin', ref, remoteRef: ref });
  } catch (error) {
    if (error instanceof Errors.PushRejectedError || error instanceof Errors.GitPushError)
      throw new NotReadyError(
        `push to ${branch} of ${url}`,
        error instanceof Errors.GitPushError ? error.data.prettyDetails.trim() : 'the branch has moved on',
      );
    throw error;
  }
}
