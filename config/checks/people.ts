import type { SparseSite } from '../load/prune.js';
import { pathText, type Finding } from '../problem.js';
import { keyWithoutComment } from '../site/ssh-public-key.js';

/** Administrators who cannot be told apart: the same name, the same key, or an account that the system has already. */
export function peopleFindings(site: SparseSite): Finding[] {
  const names = new Map<string, string>();
  const keys = new Map<string, string>();
  return (site.administrators ?? []).flatMap((administrator, index): Finding[] => [
    ...nameFindings(site, administrator?.name, index, names),
    ...(administrator?.keys ?? []).flatMap((key, keyIndex) => {
      const path = ['administrators', index, 'keys', keyIndex];
      const owner = key === undefined ? undefined : firstOwner(keys, keyWithoutComment(key), pathText(path));
      return owner === undefined
        ? []
        : [{ path, message: `is the same key as ${owner}. Give everyone a key of their own` }];
    }),
  ]);
}

function nameFindings(
  site: SparseSite,
  name: string | undefined,
  index: number,
  names: Map<string, string>,
): Finding[] {
  if (name === undefined) return [];
  const path = ['administrators', index, 'name'];
  const owner = firstOwner(names, name, pathText(path));
  if (owner !== undefined)
    return [{ path, message: `"${name}" is already ${owner}. Put all keys of one person in one entry` }];
  if (name === 'root')
    return [
      {
        path,
        message: '"root" cannot log in on a hardened machine. Give the person an account of their own',
      },
    ];
  if (name !== (site.ssh?.user ?? 'socle')) return [];
  return [
    { path, message: `"${name}" is the account that Socle itself uses (ssh.user). Choose another name` },
  ];
}

/** Remembers the first place of a value; answers it when the value comes again. */
function firstOwner(owners: Map<string, string>, value: string, place: string): string | undefined {
  const owner = owners.get(value);
  if (owner === undefined) owners.set(value, place);
  return owner;
}
