import { CommandError, type SimulatedCommand } from '../command.js';
import { append, group, join, line, nextId, replace, withoutMember } from './account-files.js';
import { parseOptions } from './options.js';

/** Groups, apart from the accounts that are in them. */
export const groupCommands: readonly SimulatedCommand[] = [
  {
    name: 'groupadd',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('groupadd', args, {
        '-r': 'flag',
        '--system': 'flag',
        '-f': 'flag',
        '--force': 'flag',
        '-g': 'value',
        '--gid': 'value',
      });
      const name = rest[0] ?? '';
      if (await line(machine, group, name)) {
        if (options.has('-f') || options.has('--force')) return;
        throw new CommandError(`groupadd: group '${name}' already exists`, 9);
      }
      await append(
        machine,
        group,
        `${name}:x:${options.get('-g') ?? options.get('--gid') ?? (await nextId(machine))}:`,
      );
    },
  },
  {
    name: 'groupdel',
    root: true,
    run: async (args, { machine }) => {
      const name = args.at(-1) ?? '';
      if (!(await line(machine, group, name)))
        throw new CommandError(`groupdel: group '${name}' does not exist`, 6);
      await replace(machine, group, name, undefined);
    },
  },
  {
    name: 'gpasswd',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('gpasswd', args, {
        '-d': 'value',
        '--delete': 'value',
        '-a': 'value',
        '--add': 'value',
      });
      const name = rest[0] ?? '';
      const entry = await line(machine, group, name);
      if (!entry) throw new CommandError(`gpasswd: group '${name}' does not exist in /etc/group`, 3);
      const added = options.get('-a') ?? options.get('--add');
      const removed = options.get('-d') ?? options.get('--delete');
      if (added !== undefined) await join(machine, added, name);
      if (removed !== undefined) await replace(machine, group, name, withoutMember(entry, removed));
    },
  },
];
