import { attributesLibrary, rawMode } from './file.js';
import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

/** Needs mkdir, and what attributes needs. */
export const directoryLibrary = `directory() {
  if seen_path "$1" "$4 $3"; then return 0; fi
  if [ ! -d "$1" ]; then
    if differs "$1: missing"; then
      mkdir -p "$1"
      chown "$3" "$1"
      chmod "$2" "$1"
      label "$1"
    fi
    return 0
  fi
  attributes "$1" "$2" "$3"
}`;

export type DirectoryState = Common & { path: string; mode?: string; owner?: string };

/** A folder with this owner and mode; what is in it is left alone. */
export function directory(state: DirectoryState): Resource {
  return {
    title: `folder ${state.path}`,
    library: [attributesLibrary, directoryLibrary],
    call: directoryCall(state),
    notify: state.notify ?? [],
    looksAt: { paths: [state.path] },
  };
}

const folderType = 0o040000;

export function directoryCall({ path, mode = '0755', owner = 'root:root' }: DirectoryState): string {
  const digits = mode.replace(/^0/, '');
  return `directory ${[path, digits, owner, rawMode(folderType, digits)].map(quote).join(' ')}`;
}
