import { readCommit } from 'isomorphic-git';
import type { GogsConfiguration } from './configuration.js';
import { shownRepository, shownUser } from './formats.js';
import { readGitObject, type GitStore } from './git-store.js';
import { historyOf } from './reachable.js';
import type { Update } from './receive-pack.js';
import type { Organisation, Repository, User } from './state.js';

/** Gogs tells of no more commits of one push. */
const mostCommits = 5;
const none = '0'.repeat(40);

/** What a push was about. */
export type Push = {
  repository: Repository;
  owner: User | Organisation;
  pusher: User;
  update: Update & { after: string };
};

/** The text that a hook is sent for a push to a branch. @see https://github.com/gogs/docs-api/blob/master/Repositories/Webhooks.md */
export async function pushPayload(
  settings: GogsConfiguration,
  store: GitStore,
  { repository, owner, pusher, update }: Push,
): Promise<string> {
  const { name, before, after } = update;
  const html = `${settings.externalUrl}${owner.name}/${repository.name}`;
  const known = before === undefined ? undefined : (await historyOf(store, [before])).commits;
  const made = await historyOf(store, [after], new Set(), known);
  const commits = await Promise.all(
    [...made.commits.keys()].slice(0, mostCommits).map((oid) => shownCommit(store, oid, html)),
  );
  const payload = {
    ref: name,
    before: before ?? none,
    after,
    compare_url: before === undefined ? '' : `${html}/compare/${before}...${after}`,
    commits,
    repository: shownRepository(settings, repository, owner, 'owner'),
    pusher: shownUser(settings, pusher),
    sender: shownUser(settings, pusher),
  };
  return JSON.stringify(payload, undefined, 2);
}

async function shownCommit(store: GitStore, oid: string, html: string): Promise<unknown> {
  const { message, author, committer, tree, parent } = (await readCommit({ ...store, oid })).commit;
  const first = parent[0] === undefined ? undefined : await readGitObject(store, parent[0]);
  const before = first?.type === 'commit' ? await filesOf(store, first.tree) : new Map<string, string>();
  const after = await filesOf(store, tree);
  const person = ({ name, email }: typeof author): unknown => ({ name, email, username: '' });
  return {
    id: oid,
    message,
    url: `${html}/commit/${oid}`,
    author: person(author),
    committer: person(committer),
    added: [...after.keys()].filter((path) => !before.has(path)),
    removed: [...before.keys()].filter((path) => !after.has(path)),
    modified: [...after]
      .filter(([path, file]) => before.has(path) && before.get(path) !== file)
      .map(([path]) => path),
    timestamp: new Date(author.timestamp * 1000).toISOString(),
  };
}

/** Path → object, of all files below a folder. */
async function filesOf(store: GitStore, tree: string, above = ''): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const folder = await readGitObject(store, tree);
  for (const { mode, path, oid } of folder.type === 'tree' ? folder.entries : [])
    if (mode === '40000')
      for (const [below, file] of await filesOf(store, oid, `${above}${path}/`)) files.set(below, file);
    else files.set(`${above}${path}`, oid);
  return files;
}
