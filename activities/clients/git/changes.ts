import type { Files } from './head.js';

/** What files are to hold by their path; undefined for a file that is to be absent. Others stay as they are. */
export type Changes = ReadonlyMap<string, Buffer | undefined>;

/** Of these changes those that the files do not have yet. @throws Error for a path that leads elsewhere, or for `.git` */
export function missingChanges(files: Files, changes: Changes): Changes {
  return new Map([...changes].filter(([path, content]) => !isThere(files, checked(path), content)));
}

function isThere(files: Files, path: string, content: Buffer | undefined): boolean {
  const found = files.get(path);
  if (content === undefined || found === undefined) return content === found;
  return content.equals(found);
}

function checked(path: string): string {
  for (const name of path.split('/'))
    if (/^(\.{0,2}|\.git)$/i.test(name))
      throw new Error(`${JSON.stringify(path)} is no path of a file in a repository`);
  return path;
}
