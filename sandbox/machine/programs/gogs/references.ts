import type { Disk } from './disk.js';

/** Name → object, sorted as git shows them. */
export type References = ReadonlyMap<string, string>;

/** Reads the references of a repository. Each is a file: nothing here packs them. */
export async function readReferences(disk: Disk, gitdir: string): Promise<References> {
  const found = new Map<string, string>();
  const below = async (path: string): Promise<void> => {
    for (const name of await disk.list(`${gitdir}/${path}`)) {
      const each = `${path}/${name}`;
      if (await disk.isFolder(`${gitdir}/${each}`)) await below(each);
      else found.set(each, (await disk.read(`${gitdir}/${each}`))!.toString('latin1').trim());
    }
  };
  await below('refs');
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The branch that HEAD names, whether it is there or not. */
export async function headOf(disk: Disk, gitdir: string): Promise<string> {
  const text = (await disk.read(`${gitdir}/HEAD`))?.toString('latin1') ?? '';
  return /^ref: (\S+)$/m.exec(text)?.[1] ?? '';
}

/** Writes a reference, or removes it with the folders that this leaves empty. */
export async function setReference(
  disk: Disk,
  gitdir: string,
  name: string,
  object: string | undefined,
): Promise<void> {
  if (object !== undefined) return disk.write(`${gitdir}/${name}`, `${object}\n`);
  let path = name;
  do {
    await disk.remove(`${gitdir}/${path}`);
    path = path.slice(0, path.lastIndexOf('/'));
  } while (path.split('/').length > 2 && (await disk.list(`${gitdir}/${path}`)).length === 0);
}

/** Whether git takes this as the name of a reference. @see https://git-scm.com/docs/git-check-ref-format */
export function isReferenceName(name: string): boolean {
  return (
    /^refs(\/[^/]+){2,}$/.test(name) &&
    // eslint-disable-next-line no-control-regex
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\.$/.test(name) &&
    name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

/** Whether a name can be there beside the others: what is a folder of references is none itself. */
export function fitsBeside(others: readonly string[], name: string): boolean {
  return others.every((other) => !other.startsWith(`${name}/`) && !name.startsWith(`${other}/`));
}
