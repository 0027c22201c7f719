import { quote } from '../../activities/host/quote.js';
import type { Task, TaskOf } from './task.js';
import { loadFirewall } from './variables.js';

/** What a person would write by hand: functions for what comes often, and a look before each change. */
const functions = `set -eu
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
changed=0
did() { changed=$((changed + 1)); }
put() {
  if [ -f "$1" ] && printf %s "$4" | cmp -s - "$1"; then
    [ "$(stat -c '%04a %U:%G' "$1")" != "$2 $3" ] || return 1
    chown "$3" "$1"
    chmod "$2" "$1"
  else
    mkdir -p "\${1%/*}"
    new=$(mktemp "$1.XXXXXX")
    printf %s "$4" >"$new"
    chown "$3" "$new"
    chmod "$2" "$new"
    eval "\${5:-:}"
    mv -f "$new" "$1"
  fi
  did
}
folder() {
  [ ! -d "$1" ] || [ "$(stat -c '%04a %U:%G' "$1")" != "$2 $3" ] || return 0
  mkdir -p "$1"
  chown "$3" "$1"
  chmod "$2" "$1"
  did
}
gone() {
  [ -e "$1" ] || return 1
  rm -f "$1"
  did
}
account() {
  id "$1" >/dev/null 2>&1 || { useradd -m -s "$3" -c "$2" -p '*' "$1" && did; }
}
setting() {
  [ "$(cat "/proc/sys/$1")" = "$2" ] || { echo "$2" >"/proc/sys/$1" && did; }
}
unit() {
  [ "$(systemctl is-enabled "$2" 2>/dev/null || :)" = "$3" ] || { systemctl "$1" -q "$2" 2>/dev/null && did; }
}
`;

/** One script for one machine. Prints how many things it changed. */
export function scriptOf(tasks: readonly Task[]): string {
  const notified = [
    ...new Set(tasks.flatMap((task) => (task.kind === 'file' ? task.notify : [])).map(flagOf)),
  ];
  return [
    functions,
    ...[...notified, 'network', 'firewall'].map((flag) => `${flag}=`),
    'main() {',
    ...tasks.map(lineOf),
    'if [ -n "$network" ]; then netplan generate && networkctl reload; fi',
    ...tasks.flatMap((task) =>
      task.kind === 'firewall' ? [`if [ -n "$firewall" ]; then ${loadFirewall(task)}; fi`] : [],
    ),
    ...notified.map((flag) => `if [ -n "$${flag}" ]; then systemctl $${flag}; fi`),
    'echo "changed=$changed"',
    '}',
    'main </dev/null',
    '',
  ].join('\n');
}

function flagOf({ unit }: { unit: string }): string {
  return `after_${unit.replace(/\W/g, '_')}`;
}

function lineOf(task: Task): string {
  switch (task.kind) {
    case 'file':
      return put(task);
    case 'directory':
      return call('folder', task.path, task.mode, `${task.user}:${task.group}`);
    case 'absent':
      return `${call('gone', task.path)} || :`;
    case 'user':
      return [
        call('account', task.name, task.comment, task.shell),
        ...task.groups.map(joinGroup(task.name)),
      ].join('\n');
    case 'members':
      return `grep -q '^${task.group}:' /etc/group || { groupadd -r ${task.group} && did; }`;
    case 'packages':
      return `[ "$(dpkg-query -W -f '\${db:Status-Status}\\n' ${task.names.join(' ')} 2>/dev/null | grep -c '^installed$')" = ${task.names.length} ] || { DEBIAN_FRONTEND=noninteractive apt-get -qy update && DEBIAN_FRONTEND=noninteractive apt-get -qy --no-install-recommends install ${task.names.join(' ')} && did; }`;
    case 'service':
      return service(task);
    case 'masked':
      return masked(task);
    case 'setting':
      return call('setting', task.key.replaceAll('.', '/'), task.value);
    case 'hostname':
      return `[ "$(hostname)" = ${task.name} ] || { hostname ${task.name} && did; }`;
    case 'network':
      return [
        `${call('put', task.path, '0600', 'root:root', task.content)} && network=1`,
        `${call('gone', task.replaces)} && network=1`,
      ].join('\n');
    case 'firewall':
      return [
        `${call('put', task.path, '0600', 'root:root', task.content, 'nft -c -f "$new"')} && firewall=1`,
        `{ sha256sum <${task.path} && nft -s list table inet socle; } 2>/dev/null | cmp -s - ${task.loaded} || firewall=1`,
      ].join('\n');
    case 'disk':
    case 'command':
      throw new Error(`the comparison has no ${task.kind}; leave it out for every engine`);
  }
}

function put({ path, mode, user, group, content, validate, notify }: TaskOf<'file'>): string {
  const words = [path, mode, `${user}:${group}`, content, ...(validate === undefined ? [] : [validate])];
  const [restart] = notify;
  const then =
    restart === undefined ? '|| :' : `&& ${flagOf(restart)}='${verbOf(restart.action)} ${restart.unit}'`;
  return `${call('put', ...words)} ${then}`;
}

function verbOf(action: 'reload' | 'restart'): string {
  return action === 'reload' ? 'reload-or-restart' : 'restart';
}

function service({ unit, boot, now }: TaskOf<'service'>): string {
  const verb = { enabled: 'enable', disabled: 'disable', masked: 'mask' }[boot];
  const lines = [call('unit', verb, unit, boot)];
  if (now === 'running') lines.push(`systemctl is-active -q ${unit} || { systemctl start ${unit} && did; }`);
  if (now === 'stopped') lines.push(`! systemctl is-active -q ${unit} || { systemctl stop ${unit} && did; }`);
  return lines.join('\n');
}

/** All at once: systemd reads every unit again after each call. */
function masked({ units, left }: TaskOf<'masked'>): string {
  const stopped = units.filter((unit) => !left.includes(unit)).join(' ');
  const all = units.join(' ');
  return [
    `[ "$(systemctl is-enabled ${all} 2>/dev/null | grep -cx masked || :)" = ${units.length} ] || { systemctl mask -q ${all} 2>/dev/null && did; }`,
    `! systemctl is-active -q ${stopped} || { systemctl stop ${stopped} 2>/dev/null; did; }`,
  ].join('\n');
}

function joinGroup(user: string): (group: string) => string {
  return (group) => `id -nG ${user} | grep -qw ${group} || { usermod -a -G ${group} ${user} && did; }`;
}

function call(name: string, ...args: string[]): string {
  return [name, ...args.map(quote)].join(' ');
}
