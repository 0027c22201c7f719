import { readGitObject, type GitStore } from './git-store.js';

const folderMode = '40000';
const submoduleMode = '160000';

/** Objects that a set of tips leads to, files and folders aside. */
export type History = {
  /** Commit → its tree. */
  commits: Map<string, string>;
  tags: Set<string>;
  /** Tips that are folders or files. */
  others: Set<string>;
};

/**
 * Commits and tags that tips lead to.
 * @param shallow commits that are taken to have no parents
 * @param known where the way ends
 * @throws Error when one of them is not there
 */
export async function historyOf(
  store: GitStore,
  tips: Iterable<string>,
  shallow: ReadonlySet<string> = new Set(),
  known: { has: (oid: string) => boolean } = new Set(),
): Promise<History> {
  const history: History = { commits: new Map(), tags: new Set(), others: new Set() };
  const seen = new Set<string>();
  const waiting = [...tips];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (seen.has(oid) || known.has(oid)) continue;
    seen.add(oid);
    const object = await readGitObject(store, oid);
    if (object.type === 'tag') {
      history.tags.add(oid);
      waiting.push(object.target);
    } else if (object.type === 'commit') {
      history.commits.set(oid, object.tree);
      if (!shallow.has(oid)) waiting.push(...object.parents);
    } else history.others.add(oid);
  }
  return history;
}

/**
 * Folders and files below some folders, these included.
 * @throws Error when a folder is not there
 */
export async function contentsOf(
  store: GitStore,
  roots: Iterable<string>,
  known: ReadonlySet<string> = new Set(),
): Promise<Set<string>> {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let oid = waiting.pop(); oid !== undefined; oid = waiting.pop()) {
    if (found.has(oid) || known.has(oid)) continue;
    found.add(oid);
    const object = await readGitObject(store, oid);
    if (object.type !== 'tree') continue;
    for (const entry of object.entries) {
      if (entry.mode === folderMode) waiting.push(entry.oid);
      else if (entry.mode !== submoduleMode && !known.has(entry.oid)) found.add(entry.oid);
    }
  }
  return found;
}

/** Commits by how far they are from the nearest tip, which is at 1. */
export async function depthsOf(store: GitStore, tips: Iterable<string>, most: number): Promise<Depths> {
  const depths: Depths = new Map();
  let level = [...tips];
  for (let depth = 1; level.length > 0 && depth <= most; depth += 1) {
    const next: string[] = [];
    for (const oid of level) {
      if (depths.has(oid)) continue;
      const object = await readGitObject(store, oid);
      if (object.type === 'tag') level.push(object.target);
      if (object.type !== 'commit') continue;
      depths.set(oid, { depth, parents: object.parents });
      next.push(...object.parents);
    }
    level = next;
  }
  return depths;
}

export type Depths = Map<string, { depth: number; parents: string[] }>;
