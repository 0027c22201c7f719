import { CommandError, type SimulatedCommand } from '../command.js';
import {
  append,
  group,
  join,
  line,
  nextId,
  passwd,
  replace,
  shadow,
  withoutMember,
} from './account-files.js';
import { parseOptions } from './options.js';

const userOptions = {
  '-m': 'flag',
  '--create-home': 'flag',
  '-M': 'flag',
  '-r': 'flag',
  '--system': 'flag',
  '-s': 'value',
  '--shell': 'value',
  '-c': 'value',
  '--comment': 'value',
  '-p': 'value',
  '--password': 'value',
  '-G': 'value',
  '--groups': 'value',
  '-a': 'flag',
  '--append': 'flag',
  '-g': 'value',
  '--gid': 'value',
  '-u': 'value',
  '--uid': 'value',
  '-d': 'value',
  '--home-dir': 'value',
  '-e': 'value',
  '--expiredate': 'value',
  '-L': 'flag',
  '--lock': 'flag',
  '-U': 'flag',
  '--unlock': 'flag',
  '--user-group': 'flag',
  '--no-create-home': 'flag',
} as const;

export const accountCommands: readonly SimulatedCommand[] = [
  {
    name: 'useradd',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('useradd', args, userOptions);
      const name = rest[0] ?? '';
      if (!/^[a-z_][a-z0-9_-]*$/.test(name))
        throw new CommandError(`useradd: invalid user name '${name}'`, 3);
      if (await line(machine, passwd, name))
        throw new CommandError(`useradd: user '${name}' already exists`, 9);
      if ((await line(machine, group, name)) && !options.has('-g') && !options.has('--gid'))
        throw new CommandError(
          `useradd: group ${name} exists - if you want to add this user to that group, use -g.`,
          9,
        );
      const id = await nextId(machine);
      const home = options.get('-d') ?? options.get('--home-dir') ?? `/home/${name}`;
      const of = (...keys: string[]): string | undefined =>
        keys.map((key) => options.get(key)).find((value) => value !== undefined);
      await append(machine, group, `${name}:x:${id}:`);
      await append(
        machine,
        passwd,
        `${name}:x:${id}:${id}:${of('-c', '--comment') ?? ''}:${home}:${of('-s', '--shell') ?? '/bin/sh'}`,
      );
      await append(machine, shadow, `${name}:${of('-p', '--password') ?? '!'}:19000:0:99999:7:::`);
      for (const extra of (of('-G', '--groups') ?? '').split(',').filter(Boolean))
        await join(machine, name, extra);
      if (options.has('-m') || options.has('--create-home')) {
        await machine.files.mkdir(home, { recursive: true });
        await machine.files.chmod(home, 0o755);
        machine.files.setOwner(home, { user: name, group: name });
      }
      machine.effect('user-added', { name });
    },
  },
  {
    name: 'usermod',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('usermod', args, userOptions);
      const name = rest[0] ?? '';
      const entry = await line(machine, passwd, name);
      if (!entry) throw new CommandError(`usermod: user '${name}' does not exist`, 6);
      const fields = entry.split(':');
      const secrets = (await line(machine, shadow, name))!.split(':');
      for (const [option, value] of options) {
        if (option === '-s' || option === '--shell') fields[6] = value;
        if (option === '-c' || option === '--comment') fields[4] = value;
        if (option === '-p' || option === '--password') secrets[1] = value;
        if (option === '-e' || option === '--expiredate') secrets[7] = value;
        if (option === '-L' || option === '--lock') secrets[1] = `!${secrets[1]!.replace(/^!/, '')}`;
        if (option === '-U' || option === '--unlock') secrets[1] = secrets[1]!.replace(/^!/, '');
        if (option === '-G' || option === '--groups')
          for (const extra of value.split(',').filter(Boolean)) await join(machine, name, extra);
      }
      await replace(machine, passwd, name, fields.join(':'));
      await replace(machine, shadow, name, secrets.join(':'));
      machine.effect('user-changed', { name });
    },
  },
  {
    name: 'userdel',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('userdel', args, {
        '-r': 'flag',
        '--remove': 'flag',
        '-f': 'flag',
        '--force': 'flag',
      });
      const name = rest[0] ?? '';
      const entry = await line(machine, passwd, name);
      if (!entry) throw new CommandError(`userdel: user '${name}' does not exist`, 6);
      for (const path of [passwd, shadow, group]) await replace(machine, path, name, undefined);
      const groups = ((await machine.files.text(group)) ?? '')
        .split('\n')
        .map((text) => withoutMember(text, name));
      await machine.files.writeFile(group, groups.join('\n'));
      if (options.has('-r') || options.has('--remove'))
        await machine.files.rm(entry.split(':')[5]!, { recursive: true, force: true });
      machine.effect('user-removed', { name });
    },
  },
  {
    name: 'passwd',
    root: true,
    run: async (args, { machine }) => {
      const { options, rest } = parseOptions('passwd', args, {
        '-l': 'flag',
        '--lock': 'flag',
        '-S': 'flag',
        '--status': 'flag',
        '-q': 'flag',
      });
      const name = rest[0] ?? 'root';
      const entry = await line(machine, shadow, name);
      if (!entry) throw new CommandError(`passwd: user '${name}' does not exist`);
      const fields = entry.split(':');
      if (options.has('-S') || options.has('--status'))
        return { stdout: `${name} ${/^[!*]/.test(fields[1]!) ? 'L' : 'P'} 2024-01-01 0 99999 7 -1\n` };
      if (!options.has('-l') && !options.has('--lock'))
        throw new CommandError('passwd: only --lock and --status are simulated');
      if (!fields[1]!.startsWith('!'))
        await replace(machine, shadow, name, [name, `!${fields[1]}`, ...fields.slice(2)].join(':'));
    },
  },
  {
    name: 'id',
    run: async (args, { machine, session }) => {
      const { options, rest } = parseOptions('id', args, {
        '-u': 'flag',
        '-g': 'flag',
        '-n': 'flag',
        '-G': 'flag',
      });
      const name = rest[0] ?? session.user;
      const entry = await line(machine, passwd, name);
      if (!entry) throw new CommandError(`id: '${name}': no such user`);
      const [, , uid, gid] = entry.split(':');
      const groups = ((await machine.files.text(group)) ?? '')
        .split('\n')
        .filter((text) => text.split(':')[3]?.split(',').includes(name));
      if (options.has('-u')) return { stdout: `${options.has('-n') ? name : uid}\n` };
      if (options.has('-g')) return { stdout: `${options.has('-n') ? name : gid}\n` };
      if (options.has('-G'))
        return { stdout: `${[name, ...groups.map((text) => text.split(':')[0])].join(' ')}\n` };
      return {
        stdout: `uid=${uid}(${name}) gid=${gid}(${name}) groups=${[`${gid}(${name})`, ...groups.map((text) => `${text.split(':')[2]}(${text.split(':')[0]})`)].join(',')}\n`,
      };
    },
  },
  {
    name: 'getent',
    run: async ([database, key], { machine }) => {
      const paths: Record<string, string> = { passwd, group, shadow, hosts: '/etc/hosts' };
      const path = paths[database ?? ''];
      if (!path) throw new CommandError(`Unknown database: ${database}`, 1);
      const lines = ((await machine.files.text(path)) ?? '').split('\n').filter(Boolean);
      const found =
        key === undefined
          ? lines
          : lines.filter((text) =>
              database === 'hosts' ? text.split(/\s+/).includes(key) : text.startsWith(`${key}:`),
            );
      return found.length === 0 ? { exitCode: 2 } : { stdout: `${found.join('\n')}\n` };
    },
  },
  {
    name: 'loginctl',
    run: async ([verb]) => {
      if (verb !== 'terminate-user') throw new CommandError(`Unknown command verb ${verb}.`);
    },
  },
];
