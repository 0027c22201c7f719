import { CommandError, quoted, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';

/** `sh`, `bash` and `dash` in their three forms: -c, -s and a script file. */
function shell(name: string): SimulatedCommand {
  return { name, run: (args, context) => runScript(name, args, context) };
}

async function runScript(
  name: string,
  args: readonly string[],
  context: CommandContext,
): Promise<Partial<Ran>> {
  const words = [...args];
  let prefix = '';
  while (/^-[eux]+$/.test(words[0] ?? '')) prefix += `set ${words.shift()}\n`;
  if (words[0] === '-c') {
    const [, script = '', zero = name, ...rest] = words;
    return context.run(prefix + withZero(name, script, zero), { stdin: context.stdin, args: rest });
  }
  if (words[0] === '-s' || words.length === 0)
    return context.run(prefix + context.stdin, { args: words.slice(1) });
  const script = await context.machine.files.text(context.machine.files.resolvePath(context.cwd, words[0]!));
  if (script === undefined) throw new CommandError(`${name}: 0: cannot open ${words[0]}: No such file`, 2);
  return context.run(prefix + script, { stdin: context.stdin, args: words.slice(1) });
}

/** just-bash has no way to set `$0`; a plain word is put in its place. */
function withZero(shellName: string, script: string, zero: string): string {
  if (!script.includes('$0')) return script;
  if (!/^[\w.:/-]+$/.test(zero))
    throw new CommandError(`${shellName}: $0 with the value '${zero}' is not simulated`, 2);
  return script.replaceAll('$0', zero);
}

export const shellCommands: readonly SimulatedCommand[] = [
  shell('sh'),
  shell('bash'),
  shell('dash'),
  ...['/bin/sh', '/bin/bash', '/usr/bin/env'].flatMap((path): SimulatedCommand[] =>
    path.endsWith('env') ? [] : [shell(path)],
  ),
  {
    name: 'sudo',
    run: async (args, context) => {
      const words = [...args];
      let user = 'root';
      for (; words[0]?.startsWith('-'); words.shift()) {
        if (words[0] === '-u') user = (words.shift(), words[0]);
        else if (!['-n', '-E', '-H', '--'].includes(words[0]))
          throw new CommandError(`sudo: invalid option '${words[0]}'`);
      }
      if (!(await maySudo(context))) throw new CommandError('sudo: a password is required');
      return context.run(words.map(quoted).join(' '), { user, stdin: context.stdin });
    },
  },
  {
    name: 'visudo',
    root: true,
    run: async (args, { machine, stdin }) => {
      const file = args.find((word) => !word.startsWith('-')) ?? '/etc/sudoers';
      if (!args.some((word) => /^-[a-z]*c/.test(word)))
        throw new CommandError('visudo: only checking is simulated (-c)');
      const text = file === '/dev/stdin' ? stdin : await machine.files.text(file);
      if (text === undefined) throw new CommandError(`visudo: ${file}: No such file or directory`);
      const wrong = text.split('\n').findIndex((line) => !isSudoersLine(line));
      if (wrong >= 0) throw new CommandError(`${file}:${wrong + 1}: syntax error`);
      return { stdout: args.includes('-q') ? '' : `${file}: parsed OK\n` };
    },
  },
];

function isSudoersLine(line: string): boolean {
  const text = line.trim();
  return (
    text === '' ||
    text.startsWith('#') ||
    /^@include(dir)? \//.test(text) ||
    /^Defaults(\s|[:@!>])/.test(text) ||
    /^[A-Za-z]+_Alias\s+[A-Z]/.test(text) ||
    /^%?[\w.-]+\s+\S+\s*=\s*(\([^)]*\)\s*)?(\w+:\s*)*\S/.test(text)
  );
}

/** True for root, and for a user whose rule grants everything without a password. */
async function maySudo({ session, machine }: CommandContext): Promise<boolean> {
  if (session.user === 'root') return true;
  const names = (await machine.files.readdir('/etc/sudoers.d')).filter(
    (name) => !name.includes('.') && !name.endsWith('~'),
  );
  const groups = ((await machine.files.text('/etc/group')) ?? '')
    .split('\n')
    .filter((line) => line.split(':')[3]?.split(',').includes(session.user))
    .map((line) => `%${line.split(':')[0]}`);
  for (const path of ['/etc/sudoers', ...names.map((name) => `/etc/sudoers.d/${name}`)]) {
    const lines = ((await machine.files.text(path)) ?? '').split('\n');
    if (
      lines.some(
        (line) =>
          [session.user, ...groups].some(
            (who) => line.startsWith(`${who} `) || line.startsWith(`${who}\t`),
          ) && /NOPASSWD:\s*ALL/.test(line),
      )
    )
      return true;
  }
  return false;
}
