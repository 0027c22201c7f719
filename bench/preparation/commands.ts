import type { Restart, Task, TaskOf } from './task.js';

type Reader = (args: readonly string[], notify: Restart[]) => Task;

const owner = (text: string): { user: string; group: string } => {
  const [user = '', group = ''] = text.split(':');
  return { user, group };
};

/** The functions of the compiler's libraries by name, with their arguments in order. */
const readers: Readonly<Record<string, Reader>> = {
  file: ([path, mode, who, shown, validate, content], notify) => ({
    kind: 'file',
    path: path!,
    mode: mode!.padStart(4, '0'),
    ...owner(who!),
    content: content!,
    secret: shown === 'hidden',
    ...(validate === ':' ? {} : { validate: validate! }),
    notify,
  }),
  directory: ([path, mode, who]) => ({
    kind: 'directory',
    path: path!,
    mode: mode!.padStart(4, '0'),
    ...owner(who!),
  }),
  absent: ([path]) => ({ kind: 'absent', path: path! }),
  user: ([name, comment, shell, groups]) => ({
    kind: 'user',
    name: name!,
    comment: comment!,
    shell: shell!,
    groups: groups!.split(' ').filter(Boolean),
  }),
  members: ([group, ...names]) => ({ kind: 'members', group: group!, names }),
  packages: (names) => ({ kind: 'packages', names: [...names] }),
  service: ([unit, boot, now]) => ({
    kind: 'service',
    unit: unit!,
    boot: boot as TaskOf<'service'>['boot'],
    now: now as TaskOf<'service'>['now'],
  }),
  mask_units: ([left, ...units]) => ({ kind: 'masked', units, left: left!.split(' ') }),
  kernel_setting: ([key, value]) => ({ kind: 'setting', key: key!, value: value! }),
  host_name: ([name]) => ({ kind: 'hostname', name: name! }),
  static_network: ([card, , netplan]) => ({
    kind: 'network',
    path: '/etc/netplan/90-socle.yaml',
    content: netplan!.replace('@CARD@', card!),
    replaces: '/etc/netplan/50-cloud-init.yaml',
  }),
  firewall: ([path, loaded, content]) => ({
    kind: 'firewall',
    path: path!,
    content: content!,
    loaded: loaded!,
  }),
  data_disk: ([label, size, mountPoint]) => ({
    kind: 'disk',
    label: label!,
    sizeBytes: Number(size),
    mountPoint: mountPoint!,
  }),
  guarded: ([unless, , run]) => ({ kind: 'command', unless: unless!, run: run! }),
};

/** @throws Error for a function that is not in the table */
export function commandOf(name: string, args: readonly string[], notify: Restart[]): Task {
  const reader = readers[name];
  if (reader === undefined) throw new Error(`no engine was told how to do: ${name} ${args[0] ?? ''}`);
  return reader(args, notify);
}
