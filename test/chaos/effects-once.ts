import type { Effect } from '../../sandbox/runtime.js';

/** What "once" means for an effect: how often it may stand in the journal under one key. */
type Once = {
  effect: string;
  key: (effect: Effect) => string | string[];
  /** With all effects of the journal at hand; once when absent. */
  atMost?: (subject: string, all: readonly Effect[]) => number;
  why: string;
};

const machine = ({ subject }: Effect): string => subject;
const detail =
  (name: string) =>
  ({ subject, detail: given }: Effect): string =>
    `${subject} ${String(given?.[name])}`;
const countOf = (all: readonly Effect[], effect: string, subject: string): number =>
  all.filter((each) => each.effect === effect && each.subject === subject).length;
const boots = (subject: string, all: readonly Effect[]): number => countOf(all, 'boot', subject);

/**
 * The effects of a deployment of a fresh site that must not be doubled. Not in the table is what a script sets to a
 * wanted value however often it runs (files, kernel settings, units, rulesets): there a late or repeated attempt is
 * harmless by design, and that it ends in the wanted state is what the second deployment's 0 changes prove.
 */
export const onceTable: readonly Once[] = [
  { effect: 'create-folder', key: machine, why: 'a folder has its name once' },
  { effect: 'clone', key: machine, why: 'a machine is made once, with its disks' },
  { effect: 'reconfigure', key: machine, why: 'a fresh machine is given its size and data disks once' },
  {
    effect: 'set-rules',
    key: ({ detail: given }) => JSON.stringify(given?.['rules']),
    why: 'each step of the separation rules is taken once',
  },
  {
    effect: 'power-on',
    key: machine,
    atMost: (subject, all) => 1 + countOf(all, 'power-off', subject),
    why: 'once, and once more for each time that somebody switched it off',
  },
  {
    effect: 'power-off',
    key: machine,
    atMost: (subject, all) =>
      all.filter(
        (each) =>
          each.effect === 'power-off' &&
          each.subject === subject &&
          ['hand', 'machine'].includes(String(each.detail?.['by'])),
      ).length,
    why: 'a deployment switches nothing off: only hands do, and machines themselves',
  },
  {
    effect: 'boot',
    key: machine,
    atMost: (subject, all) => countOf(all, 'power-on', subject) + countOf(all, 'reboot', subject),
    why: 'once for each time that it was switched on or restarted',
  },
  { effect: 'reboot', key: machine, atMost: () => 0, why: 'a fresh machine needs no restart' },
  { effect: 'destroy', key: machine, atMost: () => 0, why: 'a deployment deletes nothing' },
  { effect: 'cloud-init', key: machine, why: 'first boot happens once; a second one would replace keys' },
  { effect: 'user-added', key: detail('name'), why: 'an account is added once to a machine' },
  {
    effect: 'user-removed',
    key: detail('name'),
    atMost: () => 0,
    why: 'a fresh machine has nobody to remove',
  },
  { effect: 'host-key-replaced', key: machine, why: 'the bootstrap key is replaced once' },
  { effect: 'formatted', key: detail('device'), why: 'a second time would lose data' },
  {
    effect: 'mounted',
    key: detail('point'),
    atMost: boots,
    why: 'a mount lives as long as the kernel: at most once a boot',
  },
  {
    effect: 'packages-installed',
    key: ({ subject, detail: given }) => (given?.['names'] as string[]).map((name) => `${subject} ${name}`),
    why: 'a package is installed once on a machine',
  },
  { effect: 'packages-removed', key: machine, why: 'what is unwanted is taken away in one go' },
];

/** Every effect that stands in the journal more often than the table allows, as sentences; none is what must be. */
export function doubledEffects(all: readonly Effect[]): string[] {
  return onceTable.flatMap(({ effect, key, atMost = () => 1, why }) => {
    const seen = new Map<string, { subject: string; times: number }>();
    for (const each of all.filter((entry) => entry.effect === effect))
      for (const name of [key(each)].flat())
        seen.set(name, { subject: each.subject, times: (seen.get(name)?.times ?? 0) + 1 });
    return [...seen].flatMap(([name, { subject, times }]) => {
      const most = atMost(subject, all);
      return times > most ? [`${effect} ${name}: ${times} times, ${most} at most (${why})`] : [];
    });
  });
}
