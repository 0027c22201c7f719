import { coreLibrary, handlerLibrary } from './core-library.js';
import { quote } from './quote.js';
import type { Handler, Resource } from './resource.js';

export type ScriptMode = 'check' | 'apply';

export type CompileOptions = {
  mode: ScriptMode;
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
 * Commands it needs besides the shell's own (each kind of resource names its own): flock, mkdir, base64, tr, rm.
 */
export function compile(resources: readonly Resource[], options: CompileOptions): string {
  const { mode, stateFolder = '/run/socle' } = options;
  const handlers = handlersOf(resources);
  const libraries = [
    coreLibrary,
    ...resources.flatMap(({ library }) => library),
    ...(handlers.length > 0 ? [handlerLibrary] : []),
  ];
  return [
    'set -eu',
    'umask 022',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C',
    'export PATH LC_ALL',
    `mode=${mode} state=${quote(stateFolder)}`,
    ...new Set(libraries),
    'main() {',
    'mkdir -p "$state"',
    'exec 9>"$state/lock"',
    `flock -w ${lockWaitSeconds} 9 || exit ${lockedExitCode}`,
    ...resources.map(({ title, notify, call }) =>
      block(title, notify.map(({ name }) => name).join(' '), call),
    ),
    ...handlers.map(({ name, command }) =>
      block(handlerTitle(name), '', `handler ${name} ${quote(command)}`),
    ),
    `printf '{"end":true}\\n'`,
    '}',
    'main </dev/null',
    '',
  ].join('\n');
}

/** The titles that a complete report of these resources holds, in order. */
export function reportTitles(resources: readonly Resource[]): string[] {
  return [
    ...resources.map(({ title }) => title),
    ...handlersOf(resources).map(({ name }) => handlerTitle(name)),
  ];
}

function block(title: string, notify: string, call: string): string {
  return `begin ${quote(JSON.stringify(title))} ${quote(notify)}\n${call}\nfinish`;
}

function handlersOf(resources: readonly Resource[]): Handler[] {
  const all = resources.flatMap(({ notify }) => notify);
  return all.filter((handler, index) => all.findIndex(({ name }) => name === handler.name) === index);
}

function handlerTitle(name: string): string {
  return name.replace('-', ' ');
}
