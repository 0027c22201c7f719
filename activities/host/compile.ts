import { coreLibrary, handlerLibrary } from './core-library.js';
import { lookLibrary } from './look-library.js';
import { quote } from './quote.js';
import { handlerCall, type Handler, type Resource } from './resource.js';
import { confirmation } from './timed-restore.js';

/** `converge` applies and then checks again what it changed. */
export type ScriptMode = 'check' | 'apply' | 'converge';

export type CompileOptions = {
  mode: ScriptMode;
  /** Ends a timed restore before anything is compared. */
  confirms?: boolean;
  /** Folder for the lock and the marks of handlers; must not outlive a reboot. */
  stateFolder?: string;
};

/** A second attempt waits this long for the first: longer than any script but package installation, which runs as a unit. */
const lockWaitSeconds = 120;

/** Exit code of a script that did not get the lock. */
export const lockedExitCode = 75;

/**
 * One POSIX shell script that compares every resource with the host, in order, and in mode apply mends what differs.
 * It is meant for the standard input of `sh -s`, so nothing in it shows in a process list; all of it stands in functions,
 * so a script that arrives cut off does nothing. Prints one JSON line per resource (see report.ts) and stops at the first
 * failure.
 *
 * Commands it needs besides the shell's own (each kind of resource names its own): flock, mkdir, base64, tr, rm, sync.
 */
export function compile(resources: readonly Resource[], options: CompileOptions): string {
  const { mode, confirms = false, stateFolder = '/run/socle' } = options;
  const handlers = handlersOf(resources);
  const libraries = [
    coreLibrary,
    lookLibrary,
    ...resources.flatMap(({ library }) => library),
    ...(handlers.length > 0 ? [handlerLibrary] : []),
  ];
  const parts = [
    ...resources.map(({ title, notify, call }) =>
      part(title, notify.map(({ name }) => name).join(' '), call),
    ),
    ...handlers.map((handler) => part(handlerTitle(handler), '', handlerCall(handler))),
  ];
  const names = parts.map((_, index) => `part_${index}`);
  return [
    'set -eu',
    'umask 022',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
    'export PATH LC_ALL',
    `mode=${mode === 'check' ? 'check' : 'apply'} state=${quote(stateFolder)} changed='' nl='`,
    "'",
    ...new Set(libraries),
    ...parts.map((lines, index) => `part_${index}() {\n${lines}\n}`),
    'look() {',
    'forget_seen',
    ...looks(resources),
    '}',
    'main() {',
    '[ -d "$state" ] || mkdir -p "$state"',
    'exec 9>"$state/lock"',
    `flock -w ${lockWaitSeconds} 9 || exit ${lockedExitCode}`,
    ...(confirms ? [confirmation] : []),
    'look',
    ...(names.length > 0 ? [inTurn(names.join(' '))] : []),
    keepChanged,
    ...(mode === 'converge' ? [checkChanged] : []),
    `printf '{"end":true}\\n'`,
    '}',
    'main </dev/null',
    '',
  ].join('\n');
}

const inTurn = (parts: string): string => `set -- ${parts}\nfor part in "$@"; do "$part"; done`;

/** What is reported as changed outlives a power cut. */
const keepChanged = `if [ -n "$changed" ]; then sync -f /etc; fi`;

const checkChanged = `if [ -n "$changed" ]; then
mode=check
printf '{"again":true}\\n'
look
${inTurn('$changed')}
fi`;

/** The titles that a complete report of these resources holds, in order. */
export function reportTitles(resources: readonly Resource[]): string[] {
  return [...resources.map(({ title }) => title), ...handlersOf(resources).map(handlerTitle)];
}

function part(title: string, notify: string, call: string): string {
  return `begin ${quote(JSON.stringify(title))} ${quote(notify)}\n${call}\nfinish`;
}

function looks(resources: readonly Resource[]): string[] {
  const words = (kind: 'paths' | 'units'): string =>
    [...new Set(resources.flatMap(({ looksAt }) => looksAt?.[kind] ?? []))].map(quote).join(' ');
  const [paths, units] = [words('paths'), words('units')];
  return [
    ...(paths === '' ? [] : [`see_files ${paths}`]),
    ...(units === '' ? [] : [`see_units ${units}`]),
    ...(resources.some(({ looksAt }) => looksAt?.accounts) ? ['see_accounts'] : []),
  ];
}

function handlersOf(resources: readonly Resource[]): Handler[] {
  const all = resources.flatMap(({ notify }) => notify);
  return all.filter((handler, index) => all.findIndex(({ name }) => name === handler.name) === index);
}

/** What a report calls a handler. */
export function handlerTitle({ name }: Handler): string {
  return name.replace('-', ' ');
}
