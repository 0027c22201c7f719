import { createHash } from 'node:crypto';
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
 * Needs cat, diff, sed, head, mv, and mktemp, chmod, chown, rm, mkdir where the common case does not do. The new file is
 * complete, has its owner and passed its validation before it takes the old one's place in one rename. In the common case
 * this shell makes it, exclusively (`set -C`), which spares a file four processes.
 */
export const fileLibrary = `make_new() {
  if [ "$2" != 644 ]; then
    new=$(mktemp "$1.XXXXXX")
    printf %s "$6" >"$new" && chmod "$2" "$new"
    return
  fi
  new="$1.socle-$$"
  if [ -e "$new" ] || [ -L "$new" ]; then rm -f "$new"; fi
  set -C
  if printf %s "$6" >"$new"; then set +C; else return 1; fi
}
hand_over() {
  if [ "$3" = root:root ] && [ ! -g "\${1%/*}" ]; then return 0; fi
  chown "$3" "$new"
}
replace() {
  if [ ! -d "\${1%/*}" ]; then mkdir -p "\${1%/*}"; fi
  if make_new "$@" && hand_over "$@" && eval "$5" && mv -f "$new" "$1"; then
    label "$1"
    return 0
  fi
  rm -f "$new"
  exit 1
}
file() {
  if seen_file "$1" "$7 $3" "$8"; then return 0; fi
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
      what="$what$nl$(printf %s "$6" | diff -u "$1" - 2>/dev/null | sed -n '/^--- /d;/^+++ /d;s/^\\([-+].\\{0,159\\}\\).*/\\1/p' | head -n 12)"
    fi
  fi
  if differs "$what"; then replace "$@"; fi
}`;

const regularFile = 0o100000;

/** Type and permissions in hexadecimal, as `stat %f` prints them. */
export function rawMode(type: number, digits: string): string {
  return (type | Number.parseInt(digits, 8)).toString(16);
}

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
    looksAt: { paths: [state.path] },
  };
}

/** The call alone, for kinds that are made of files; they name the path in what they look at. */
export function fileCall(state: FileState): string {
  const { path, content, mode = '0644', owner = 'root:root', validate = ':', secret = false } = state;
  const digits = mode.replace(/^0/, '');
  const seen = [rawMode(regularFile, digits), createHash('sha256').update(content).digest('hex')];
  const words = [path, digits, owner, secret ? 'hidden' : 'shown', validate, content, ...seen];
  return `file ${words.map(quote).join(' ')}`;
}
