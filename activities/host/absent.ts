import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

const absentLibrary = `absent() {
  if [ -e "$1" ] || [ -L "$1" ]; then
    if differs "$1: present"; then rm -f "$1"; fi
  fi
}`;

/** No file and no link at this path. A folder is never removed: the script fails instead. Needs rm. */
export function absent({ path, notify = [] }: Common & { path: string }): Resource {
  return { title: `no file ${path}`, library: [absentLibrary], call: `absent ${quote(path)}`, notify };
}
