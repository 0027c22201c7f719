import type { Resource } from '../../activities/host/resource.js';
import { commandOf } from './commands.js';
import { restartOf } from './restarts.js';
import type { Restart, Task } from './task.js';
import { logicalLines, words } from './words.js';

export type Work = {
  tasks: Task[];
  /** What the machines of the laboratory cannot do, for any engine: services and settings of a kernel of one's own. */
  leftOut: string[];
};

/** Conditions that compiled calls ask for, and whether they hold on a machine of the laboratory that is to be prepared. */
const conditions: readonly { line: RegExp; holds: boolean }[] = [
  { line: /^if \[ ! -e \/run\/systemd\/container \]; then$/, holds: false },
  {
    line: /^if ! account passwd [\w-]+ 1; then differs [\w-]+:missing \|\| :; else$/,
    holds: true,
  },
  { line: /^if runs systemd-resolved\.service; then$/, holds: true },
  { line: /^if ! starts_at_boot socle-firewall\.service; then$/, holds: true },
];
const otherResolver = 'elif ! systemctl is-active --quiet NetworkManager.service; then';
/** What the calls around it or `notify` say already: settings are read before them and written after them. */
const saidElsewhere = /^(see_settings |write_settings$|handler )/;
const loadAtBoot =
  "if differs 'not loaded at boot'; then systemctl enable --quiet --no-reload socle-firewall.service; fi";

/** What does nothing in a container: modules, and names that udev gives to cards. */
const ownKernel = ['kernel_module', 'card_name'];
/** What the first boot has done already on every machine that phase 1 made; Socle looks nevertheless. */
const atFirstBoot = ['trusted_authorities'];

/** Settings that a container has of its own: those of its network, but not those of modules that are not loaded. */
const isOwn = (key: string): boolean => key.startsWith('net.') && !key.startsWith('net.bridge.');

/**
 * What compiled resources ask of a machine, as data: the one source of what every engine is measured with.
 * @throws Error naming the line that it does not understand; nothing is passed over
 */
export function workOf(resources: readonly Resource[]): Work {
  const work: Work = { tasks: [], leftOut: [] };
  for (const resource of resources) read(resource, work);
  return work;
}

function read({ title, call, notify }: Resource, work: Work): void {
  const restarts = notify.flatMap(restartOf);
  const open: boolean[] = [];
  for (const line of logicalLines(call)) {
    const condition = conditions.find((each) => each.line.test(line));
    if (condition) open.push(condition.holds);
    else if (line === otherResolver) open[open.length - 1] = false;
    else if (line === 'fi') open.pop();
    else if (saidElsewhere.test(line)) continue;
    else {
      const task = taskOf(line, restarts);
      if (task === 'nothing to do') work.leftOut.push(line.split('\n')[0]!);
      else if (open.includes(false) || (task.kind === 'setting' && !isOwn(task.key)))
        work.leftOut.push(line.split('\n')[0]!);
      else work.tasks.push(task);
    }
  }
  if (open.length > 0) throw new Error(`${title}: a condition is not closed`);
}

function taskOf(line: string, notify: Restart[]): Task | 'nothing to do' {
  if (line === loadAtBoot)
    return { kind: 'service', unit: 'socle-firewall.service', boot: 'enabled', now: 'any' };
  const [name = '', ...args] = words(line);
  return [...ownKernel, ...atFirstBoot].includes(name) ? 'nothing to do' : commandOf(name, args, notify);
}
