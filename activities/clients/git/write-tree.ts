import { readTree, writeBlob, writeTree, type TreeEntry } from 'isomorphic-git';
import { PermanentError } from '../../errors.js';
import type { Changes } from './changes.js';
import type { Store } from './head.js';

/**
 * Writes a tree with changes into the store.
 * @param base the tree that is changed; none for a new one
 * @returns its id; a folder without files is none, so undefined when nothing is left
 * @throws PermanentError when a file is to take the place of a folder, or a folder that of a file
 */
export async function changedTree(
  store: Store,
  base: string | undefined,
  changes: Changes,
  above = '',
): Promise<string | undefined> {
  const entries = new Map<string, TreeEntry>();
  if (base !== undefined)
    for (const entry of (await readTree({ ...store, oid: base })).tree) entries.set(entry.path, entry);
  for (const [name, below] of byFirstName(changes)) {
    const entry = entries.get(name);
    const wantsFile = below.has('');
    if (wantsFile ? below.size > 1 || entry?.type === 'tree' : entry !== undefined && entry.type !== 'tree')
      throw new PermanentError(
        `${above}${name} cannot be a file and a folder: remove the one before the other is made`,
      );
    const oid = wantsFile
      ? await blobOf(store, below.get(''))
      : await changedTree(store, entry?.oid, below, `${above}${name}/`);
    if (oid === undefined) entries.delete(name);
    else entries.set(name, wantsFile ? fileEntry(name, oid, entry) : folderEntry(name, oid));
  }
  return entries.size === 0 ? undefined : writeTree({ ...store, tree: [...entries.values()] });
}

/** Changes by the folder, or by the file, that they are in; that of a file itself has the empty path. */
function byFirstName(changes: Changes): Map<string, Map<string, Buffer | undefined>> {
  const groups = new Map<string, Map<string, Buffer | undefined>>();
  for (const [path, content] of changes) {
    const [name = '', ...rest] = path.split('/');
    const group = groups.get(name) ?? new Map<string, Buffer | undefined>();
    groups.set(name, group.set(rest.join('/'), content));
  }
  return groups;
}

async function blobOf(store: Store, content: Buffer | undefined): Promise<string | undefined> {
  return content === undefined ? undefined : writeBlob({ ...store, blob: content });
}

/** A program stays one; a symbolic link becomes a file. */
function fileEntry(path: string, oid: string, before: TreeEntry | undefined): TreeEntry {
  return { mode: before?.mode === '100755' ? '100755' : '100644', path, oid, type: 'blob' };
}

function folderEntry(path: string, oid: string): TreeEntry {
  return { mode: '040000', path, oid, type: 'tree' };
}
