import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

/**
 * Needs stat, chown, chmod. What a shell makes has its folder's SELinux label, which sshd and others refuse to read in
 * home folders and on new file systems; restorecon is there only where SELinux is.
 */
export const attributesLibrary = `label() {
  if command -v restorecon >/dev/null; then restorecon "$1"; fi
}
attributes() {
  now=$(stat -c '%a %U:%G' "$1")
  if [ "$now" != "$2 $3" ]; then
    if differs "$1: $now -> $2 $3"; then
      chown "$3" "$1"
      chmod "$2" "$1"
    fi
  fi
}`;

/**
 * Needs cat, diff, grep, cut, head, mktemp, mv, rm, mkdir. The new file is complete, has its owner and passed its
 * validation before it takes the old one's place in one rename.
 */
export const fileLibrary = `replace() {
  mkdir -p "\${1%/*}"
  new=$(mktemp "$1.XXXXXX")
  if printf %s "$6" >"$new" && chown "$3" "$new" && chmod "$2" "$new" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
  now=
  if [ -f "$1" ] && [ ! -L "$1" ]; then now=$(cat "$1" && printf x); fi
  if [ "$now" = "$6x" ]; then
    attributes "$1" "$2" "$3"
    return 0
  fi
  what="$1: missing"
  if [ -n "$now" ]; then
    what="$1: other content"
    if [ "$4" = shown ]; then
      what="$what
$(printf %s "$6" | diff -u "$1" - 2>/dev/null | grep '^[-+]' | grep -v '^--- ' | grep -v '^+++ ' | cut -c 1-160 | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}`;

export type FileState = Common & {
  title?: string;
  path: string;
  content: string;
  /** Octal, `0644` when absent. */
  mode?: string;
  /** `user:group`, `root:root` when absent. */
  owner?: string;
  /** Shell command that must succeed before the file is put in place; `$new` is the new file's path. */
  validate?: string;
  /** Keeps the content out of the report. */
  secret?: boolean;
};

/** A regular file with exactly this content, owner and mode. Folders above it are made when they are missing. */
export function file(state: FileState): Resource {
  return {
    title: state.title ?? `file ${state.path}`,
    library: [attributesLibrary, fileLibrary],
    call: fileCall(state),
    notify: state.notify ?? [],
  };
}

/** The call alone, for kinds that are made of files. */
export function fileCall(state: FileState): string {
  const { path, content, mode = '0644', owner = 'root:root', validate = ':', secret = false } = state;
  const words = [path, mode.replace(/^0/, ''), owner, secret ? 'hidden' : 'shown', validate, content];
  return `file ${words.map(quote).join(' ')}`;
}
