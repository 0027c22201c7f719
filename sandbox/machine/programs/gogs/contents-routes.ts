import { join } from 'node:path/posix';
import { bare, json } from './answer.js';
import { gitStore, isMissing, readBytes, readGitObject, type GitStore } from './git-store.js';
import { readReferences } from './references.js';
import type { RepositoryCall, Route } from './route.js';

type Entry = { mode: string; path: string; oid: string };

/** Reads files; to write them there is git. */
export const contentsRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: /^repos\/([^/]+)\/([^/]+)\/contents(?:\/(.*))?$/,
    for: 'repository',
    mode: 'read',
    act: async (call) => {
      const { gogs, names, owner, repository, question } = call;
      const store = gitStore(gogs, owner.name, repository.name);
      const reference = question.query.get('ref') || repository.defaultBranch;
      const path = cleaned(names[2]!);
      const entry = await entryAt(store, await treeOf(store, reference), path);
      if (entry.mode !== '40000') return json(200, await shown(call, store, reference, path, entry));
      const folder = await readGitObject(store, entry.oid);
      const entries = folder.type === 'tree' ? folder.entries : [];
      return json(
        200,
        await Promise.all(
          entries.map((each) =>
            shown(call, store, reference, path === '' ? each.path : `${path}/${each.path}`, each),
          ),
        ),
      );
    },
  },
];

/** A path does not lead out of the repository. */
function cleaned(path: string): string {
  return join('/', path).replace(/^\/|\/$/g, '');
}

/** The folder of a branch, of a tag or of a commit. @throws Refusal 404 */
async function treeOf(store: GitStore, reference: string): Promise<string> {
  const references = await readReferences(store.disk, store.gitdir);
  const named = references.get(`refs/heads/${reference}`) ?? references.get(`refs/tags/${reference}`);
  let oid = named ?? (/^[0-9a-f]{40}$/.test(reference) ? reference : undefined);
  try {
    while (oid !== undefined) {
      const object = await readGitObject(store, oid);
      if (object.type === 'commit') return object.tree;
      oid = object.type === 'tag' ? object.target : undefined;
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  throw bare(404);
}

async function entryAt(store: GitStore, tree: string, path: string): Promise<Entry> {
  let entry: Entry = { mode: '40000', path: '', oid: tree };
  for (const name of path.split('/').filter((one) => one !== '')) {
    const folder = entry.mode === '40000' ? await readGitObject(store, entry.oid) : undefined;
    const next = folder?.type === 'tree' ? folder.entries.find((one) => one.path === name) : undefined;
    if (next === undefined) throw bare(404);
    entry = next;
  }
  return entry;
}

async function shown(
  { gogs, owner, repository }: RepositoryCall,
  store: GitStore,
  reference: string,
  path: string,
  { mode, path: name, oid }: Entry,
): Promise<unknown> {
  const base = gogs.settings.externalUrl;
  const own = `${owner.name}/${repository.name}`;
  const url = `${base}api/v1/repos/${own}/contents/${path}`;
  const html = `${base}${own}/src/${reference}/${name}`;
  const common = {
    name,
    path,
    sha: oid,
    url,
    html_url: html,
    download_url: `${base}${own}/raw/${reference}/${name}`,
  };
  const links = { self: url, html };
  const gitUrl = `${base}api/v1/repos/${own}/git/${mode === '40000' ? 'trees' : 'blobs'}/${oid}`;
  if (mode === '40000')
    return { type: 'dir', size: 0, ...common, git_url: gitUrl, _links: { git: gitUrl, ...links } };
  if (mode === '160000') return { type: 'submodule', size: 0, ...common, _links: links };
  const bytes = await readBytes(store, oid);
  if (mode === '120000')
    return { type: 'symlink', target: bytes.toString(), size: bytes.length, ...common, _links: links };
  return {
    type: 'file',
    encoding: 'base64',
    size: bytes.length,
    ...common,
    content: bytes.toString('base64'),
    git_url: gitUrl,
    _links: { git: gitUrl, ...links },
  };
}
