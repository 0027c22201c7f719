import type { SimulatedMachine } from '../machine.js';
import { CommandError } from '../command.js';

export const passwd = '/etc/passwd';
export const shadow = '/etc/shadow';
export const group = '/etc/group';

/** The line of an account in a file such as /etc/passwd. */
export async function line(
  machine: SimulatedMachine,
  path: string,
  name: string,
): Promise<string | undefined> {
  return ((await machine.files.text(path)) ?? '').split('\n').find((text) => text.startsWith(`${name}:`));
}

/** Adds a line. */
export async function append(machine: SimulatedMachine, path: string, text: string): Promise<void> {
  await machine.files.appendFile(path, `${text}\n`);
}

/** Replaces the line of an account, or removes it. */
export async function replace(
  machine: SimulatedMachine,
  path: string,
  name: string,
  next: string | undefined,
): Promise<void> {
  const lines = ((await machine.files.text(path)) ?? '').split('\n');
  const replaced = lines.flatMap((text) =>
    text.startsWith(`${name}:`) ? (next === undefined ? [] : [next]) : [text],
  );
  if (replaced.join('\n') !== lines.join('\n')) await machine.files.writeFile(path, replaced.join('\n'));
}

/** Makes a user a member of a group. @throws CommandError when there is no such group. */
export async function join(machine: SimulatedMachine, user: string, name: string): Promise<void> {
  const entry = await line(machine, group, name);
  if (!entry) throw new CommandError(`usermod: group '${name}' does not exist`, 6);
  const [first = '', x = 'x', id = '', members = ''] = entry.split(':');
  const list = members.split(',').filter(Boolean);
  if (!list.includes(user))
    await replace(machine, group, name, [first, x, id, [...list, user].join(',')].join(':'));
}

/** A group line without one member. */
export function withoutMember(text: string, user: string): string {
  const fields = text.split(':');
  if (fields[3] === undefined) return text;
  return [
    ...fields.slice(0, 3),
    fields[3]
      .split(',')
      .filter((member) => member !== user)
      .join(','),
  ].join(':');
}

/** The lowest id above all that are taken. */
export async function nextId(machine: SimulatedMachine): Promise<number> {
  const texts = [(await machine.files.text(passwd)) ?? '', (await machine.files.text(group)) ?? ''];
  const ids = texts
    .flatMap((text) => text.split('\n').map((entry) => Number(entry.split(':')[2] ?? 0)))
    .filter((id) => id < 60_000);
  return Math.max(999, ...ids) + 1;
}
