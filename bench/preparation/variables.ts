import { tasksOfKind, type Task, type TaskOf } from './task.js';

/** Folders of files that the template lacks; the other engines do not make them by themselves. */
const missingFolders = [
  '/etc/systemd/resolved.conf.d',
  '/etc/systemd/coredump.conf.d',
  '/etc/needrestart/conf.d',
  '/etc/socle',
];
/** Units that no package of the template has: they can be masked, not stopped. */
const missingUnits = ['ufw.service', 'firewalld.service'];
const settingsFile = '/etc/sysctl.d/90-socle.conf';

const fileLists = {
  'ssh.service': 'ssh',
  'systemd-resolved.service': 'resolved',
  'chrony.service': 'chrony',
  'rsyslog.service': 'rsyslog',
} as const;

/** A machine's tasks as the variables that the playbook and the deploy go by. */
export function variablesOf(tasks: readonly Task[]) {
  refuseForeign(tasks);
  const files = tasksOfKind(tasks, 'file').filter(({ path }) => path !== '/etc/hostname');
  const [network] = tasksOfKind(tasks, 'network');
  const [firewall] = tasksOfKind(tasks, 'firewall');
  if (network === undefined || firewall === undefined)
    throw new Error('a machine without network or firewall');
  return {
    groups_wanted: tasksOfKind(tasks, 'members').map(({ group }) => group),
    users: tasksOfKind(tasks, 'user').map(({ name, comment, shell, groups }) => ({
      name,
      comment,
      shell,
      groups,
    })),
    directories: [
      ...tasksOfKind(tasks, 'directory').map(({ path, mode, user, group }) => ({ path, mode, user, group })),
      ...missingFolders.map((path) => ({ path, mode: '0755', user: 'root', group: 'root' })),
    ],
    files: Object.fromEntries(
      ['plain', ...Object.values(fileLists)].map((name) => [
        name,
        files.filter((file) => listOf(file) === name).map(fileVariables),
      ]),
    ),
    absent: tasksOfKind(tasks, 'absent').map(({ path }) => path),
    hostname: tasksOfKind(tasks, 'hostname')[0]?.name ?? '',
    network: { path: network.path, content: network.content, replaces: network.replaces },
    packages: tasksOfKind(tasks, 'packages').flatMap(({ names }) => names),
    settings: tasksOfKind(tasks, 'setting').map(({ key, value }) => ({ key, value })),
    settings_file: settingsFile,
    services: [
      ...tasksOfKind(tasks, 'service').map(serviceVariables),
      ...tasksOfKind(tasks, 'masked').flatMap(maskedVariables),
    ],
    firewall: { path: firewall.path, content: firewall.content, load: loadFirewall(firewall) },
  };
}

/** Loads the rules and notes what the kernel made of them, which Socle's check compares. */
export function loadFirewall({ path, loaded }: TaskOf<'firewall'>): string {
  return `nft -f ${path} && { sha256sum <${path} && nft -s list table inet socle; } >${loaded}`;
}

function refuseForeign(tasks: readonly Task[]): void {
  const foreign = tasks.find(({ kind }) => kind === 'disk' || kind === 'command');
  if (foreign) throw new Error(`the comparison has no ${foreign.kind}; leave it out for every engine`);
}

function listOf({ path, notify }: TaskOf<'file'>): string {
  const unit = notify[0]?.unit;
  if (unit === undefined) return 'plain';
  if (unit in fileLists) return fileLists[unit as keyof typeof fileLists];
  throw new Error(`${path}: nobody restarts ${unit}`);
}

function fileVariables({ path, mode, user, group, content, validate }: TaskOf<'file'>) {
  // Ansible would take these for its own; no file of prepare-vms has them.
  if (/\{\{|\{%|\{#/.test(content)) throw new Error(`${path} looks like a template`);
  return {
    path,
    mode,
    user,
    group,
    content,
    ...(validate !== undefined && { validate: inAnsible(validate) }),
  };
}

function inAnsible(validate: string): string {
  const command = validate.replace('"$new"', '%s');
  return /[|&]/.test(command) ? `sh -c '${command}'` : command;
}

function serviceVariables({ unit, boot, now }: TaskOf<'service'>) {
  const state = { running: 'started', stopped: 'stopped', any: undefined }[now];
  return { unit, enabled: boot === 'enabled', ...(state !== undefined && { state }) };
}

function maskedVariables({ units, left }: TaskOf<'masked'>) {
  return units.map((unit) => ({
    unit,
    masked: true,
    ...(!left.includes(unit) && !missingUnits.includes(unit) && { state: 'stopped' }),
  }));
}
