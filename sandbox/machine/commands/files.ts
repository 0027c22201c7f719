import { randomBytes } from 'node:crypto';
import { CommandError, type CommandContext, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

export const fileCommands: readonly SimulatedCommand[] = [
  {
    name: 'chown',
    run: async (args, context) => {
      const { options, rest } = parseOptions('chown', args, {
        '-R': 'flag',
        '--recursive': 'flag',
        '-h': 'flag',
      });
      const [user, group] = (rest[0] ?? '').split(/[:.]/);
      await known(context, '/etc/passwd', user);
      await known(context, '/etc/group', group);
      for (const word of rest.slice(1)) {
        const path = absolute(context, word);
        if (!(await context.machine.files.exists(path)))
          throw new CommandError(`chown: cannot access '${word}': No such file or directory`);
        const below =
          options.has('-R') || options.has('--recursive')
            ? context.machine.files.getAllPaths().filter((other) => other.startsWith(`${path}/`))
            : [];
        for (const each of [path, ...below])
          context.machine.files.setOwner(each, { ...(user && { user }), ...(group && { group }) });
      }
    },
  },
  {
    name: 'chgrp',
    run: async ([group, ...paths], context) => {
      await known(context, '/etc/group', group);
      for (const path of paths) context.machine.files.setOwner(absolute(context, path), { group: group! });
    },
  },
  {
    name: 'stat',
    run: async (args, context) => {
      const { options, rest } = parseOptions('stat', args, {
        '-c': 'value',
        '--format': 'value',
        '-L': 'flag',
      });
      const format = options.get('-c') ?? options.get('--format');
      if (format === undefined) throw new CommandError('stat: only --format is simulated');
      let [stdout, missing] = ['', ''];
      for (const word of rest) {
        const path = absolute(context, word);
        const stat = await context.machine.files.lstat(path).catch(() => undefined);
        if (!stat) {
          missing += `stat: cannot statx '${word}': No such file or directory\n`;
          continue;
        }
        const owner = context.machine.files.ownerOf(path);
        const values: Record<string, string> = {
          a: (stat.mode & 0o7777).toString(8),
          U: owner.user,
          G: owner.group,
          s: String(stat.size),
          n: word,
          f: (
            (stat.isDirectory ? 0o040000 : stat.isSymbolicLink ? 0o120000 : 0o100000) |
            (stat.mode & 0o7777)
          ).toString(16),
          F: stat.isDirectory ? 'directory' : stat.isSymbolicLink ? 'symbolic link' : 'regular file',
          Y: String(Math.floor(stat.mtime.getTime() / 1000)),
        };
        stdout += `${format.replace(/%([a-zA-Z])/g, (_match, letter: string) => {
          const value = values[letter];
          if (value === undefined) throw new CommandError(`stat: %${letter} is not simulated`);
          return value;
        })}\n`;
      }
      return { stdout, stderr: missing, exitCode: missing === '' ? 0 : 1 };
    },
  },
  {
    name: 'mktemp',
    run: async (args, context) => {
      const { options, rest } = parseOptions('mktemp', args, { '-d': 'flag', '-p': 'value', '-q': 'flag' });
      const template = rest[0] ?? 'tmp.XXXXXXXXXX';
      const random = randomBytes(16)
        .toString('base64url')
        .replace(/[^A-Za-z0-9]/g, 'x');
      const name = template.replace(/X{3,}$/, (marks) => random.slice(0, marks.length));
      const path = name.includes('/') ? absolute(context, name) : `${options.get('-p') ?? '/tmp'}/${name}`;
      if (!(await context.machine.files.exists(path.slice(0, path.lastIndexOf('/')) || '/')))
        throw new CommandError(
          `mktemp: failed to create file via template '${template}': No such file or directory`,
        );
      if (options.has('-d')) await context.machine.files.mkdir(path);
      else await context.machine.files.writeFile(path, '');
      await context.machine.files.chmod(path, options.has('-d') ? 0o700 : 0o600);
      context.machine.files.setOwner(path, { user: context.session.user, group: context.session.user });
      return { stdout: `${path}\n` };
    },
  },
  {
    name: 'install',
    run: async (args, context) => {
      const { options, rest } = parseOptions('install', args, {
        '-m': 'value',
        '-o': 'value',
        '-g': 'value',
        '-d': 'flag',
        '-D': 'flag',
        '--mode': 'value',
        '--owner': 'value',
        '--group': 'value',
      });
      const { files } = context.machine;
      const destination = absolute(context, rest.at(-1)!);
      if (options.has('-d')) await files.mkdir(destination, { recursive: true });
      else await files.cp(absolute(context, rest[0]!), destination);
      await files.chmod(destination, Number.parseInt(options.get('-m') ?? options.get('--mode') ?? '755', 8));
      files.setOwner(destination, {
        user: options.get('-o') ?? options.get('--owner') ?? context.session.user,
        group: options.get('-g') ?? options.get('--group') ?? context.session.user,
      });
    },
  },
  {
    name: 'cmp',
    run: async (args, context) => {
      const { rest } = parseOptions('cmp', args, { '-s': 'flag', '--silent': 'flag', '--quiet': 'flag' });
      const [a, b] = await Promise.all(
        rest.map((word) =>
          word === '-' ? Promise.resolve(context.stdin) : context.machine.files.text(absolute(context, word)),
        ),
      );
      if (a === undefined || b === undefined) return { exitCode: 2 };
      return { exitCode: a === b ? 0 : 1 };
    },
  },
  {
    name: 'flock',
    run: async (args, { machine, session }) => {
      const { options, rest } = parseOptions('flock', args, {
        '-w': 'value',
        '-n': 'flag',
        '-x': 'flag',
        '-s': 'flag',
      });
      if (!/^\d+$/.test(rest[0] ?? ''))
        throw new CommandError('flock: only the form with a file descriptor is simulated', 64);
      const waitMs = options.has('-n') ? 0 : Number(options.get('-w') ?? 3_600) * 1000;
      const held = machine.locks.get('script');
      const late =
        held &&
        !(await Promise.race([
          held.then(() => true),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(false), waitMs).unref()),
        ]));
      if (late) return { exitCode: 1 };
      let release = (): void => undefined;
      const lock = new Promise<void>((resolve) => {
        release = resolve;
      });
      machine.locks.set('script', lock);
      session.release.push(() => {
        if (machine.locks.get('script') === lock) machine.locks.delete('script');
        release();
      });
      return { exitCode: 0 };
    },
  },
  {
    name: 'sync',
    run: async (args, context) => {
      const { rest } = parseOptions('sync', args, { '-f': 'flag', '--file-system': 'flag' }, 1);
      for (const word of rest)
        if (!(await context.machine.files.exists(absolute(context, word))))
          throw new CommandError(`sync: error opening '${word}': No such file or directory`);
    },
  },
  {
    name: 'logger',
    run: async (args, { machine }) =>
      machine.say(`logger: ${args.filter((word) => !word.startsWith('-')).join(' ')}`),
  },
];

function absolute({ machine, cwd }: CommandContext, path: string): string {
  return machine.files.resolvePath(cwd, path);
}

async function known({ machine }: CommandContext, file: string, name: string | undefined): Promise<void> {
  if (name === undefined || name === '' || /^\d+$/.test(name)) return;
  const entries = ((await machine.files.text(file)) ?? '').split('\n');
  if (!entries.some((entry) => entry.startsWith(`${name}:`)))
    throw new CommandError(`chown: invalid user: '${name}'`);
}
