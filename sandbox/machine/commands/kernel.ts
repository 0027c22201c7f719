import { loadModule, settingOf, settingPath, settingsOfFiles } from '../kernel.js';
import { CommandError, type CommandContext, type SimulatedCommand } from '../command.js';

const knownModules = [
  'br_netfilter',
  'overlay',
  'nf_conntrack',
  'ip_vs',
  'ip_vs_rr',
  'ip_vs_wrr',
  'ip_vs_sh',
  'iscsi_tcp',
  'dm_crypt',
  'nfs',
  'vxlan',
  'ip_tables',
  'nf_tables',
];

export const kernelCommands: readonly SimulatedCommand[] = [
  {
    name: 'sysctl',
    run: async (args, context) => {
      const words = args.filter((word) => !/^(-q|-e|-qe)$/.test(word));
      if (words[0] === '--system') return applyFiles(context);
      if (words[0] === '-p' && words[1] === '-') {
        for (const line of context.stdin.split('\n').filter(Boolean)) await write(context, line);
        return undefined;
      }
      if (words[0] === '-n')
        return {
          stdout: `${(await Promise.all(words.slice(1).map((name) => read(context, name)))).join('\n')}\n`,
        };
      if (words[0] === '-w') {
        for (const assignment of words.slice(1)) await write(context, assignment);
        return undefined;
      }
      if (words[0]?.startsWith('-')) throw new CommandError(`sysctl: invalid option '${words[0]}'`);
      const known = args.includes('-e') ? await knownSettings(context, words) : words;
      return {
        stdout: `${(await Promise.all(known.map(async (name) => `${name} = ${await read(context, name)}`))).join('\n')}\n`,
      };
    },
  },
  {
    name: 'modprobe',
    root: true,
    run: async (args, { machine }) => {
      for (const name of args.filter((word) => !word.startsWith('-'))) {
        if (!knownModules.includes(name))
          throw new CommandError(
            `modprobe: FATAL: Module ${name} not found in directory /lib/modules/6.1.0-25-amd64`,
          );
        await loadModule(machine, name);
      }
    },
  },
  {
    name: 'lsmod',
    run: async (_args, { machine }) => ({
      stdout: `Module                  Size  Used by\n${[...machine.modules].map((name) => `${name} 16384 0\n`).join('')}`,
    }),
  },
  {
    name: 'hostname',
    run: async ([name], { machine, session }) => {
      if (name === undefined || name === '-s') return { stdout: `${machine.kernelHostName}\n` };
      if (name.startsWith('-')) throw new CommandError(`hostname: option ${name} is not simulated`);
      if (session.user !== 'root')
        throw new CommandError('hostname: you must be root to change the host name');
      machine.kernelHostName = name;
      machine.effect('host-name', { name });
    },
  },
  {
    name: 'uname',
    run: async (args) => ({
      stdout: `${{ '-r': '6.1.0-25-amd64', '-m': 'x86_64', '-s': 'Linux', '-n': 'host' }[args[0] ?? '-s'] ?? 'Linux'}\n`,
    }),
  },
  /** Files of a simulated machine are kept at once. */
  { name: 'nproc', run: async (_args, { machine }) => ({ stdout: `${machine.hardware.vcpu}\n` }) },
  { name: 'swapoff', root: true, run: async () => undefined },
  {
    name: 'reboot',
    root: true,
    run: async (_args, { machine }) => {
      const { boot } = await import('../boot.js');
      machine.effect('reboot');
      setTimeout(() => void boot(machine), machine.surroundings.waits.ms('boot'));
      await machine.forgetMemory();
    },
  },
];

async function read({ machine }: CommandContext, name: string): Promise<string> {
  const value = await settingOf(machine, name);
  if (value === undefined)
    throw new CommandError(`sysctl: cannot stat ${settingPath(name)}: No such file or directory`);
  return value;
}

/** With `-e`, settings that the kernel does not have are passed over. */
async function knownSettings({ machine }: CommandContext, names: readonly string[]): Promise<string[]> {
  const values = await Promise.all(names.map((name) => settingOf(machine, name)));
  return names.filter((_, index) => values[index] !== undefined);
}

async function write({ machine, session }: CommandContext, assignment: string): Promise<void> {
  const [name = '', value = ''] = assignment.split(/\s*=\s*(.*)/s);
  if (session.user !== 'root') throw new CommandError(`sysctl: permission denied on key "${name}"`);
  if ((await settingOf(machine, name)) === undefined)
    throw new CommandError(`sysctl: cannot stat ${settingPath(name)}: No such file or directory`);
  await machine.files.writeFile(settingPath(name), `${value}\n`);
  machine.effect('kernel-setting', { name, value });
}

async function applyFiles(context: CommandContext): Promise<undefined> {
  for (const [name, value] of await settingsOfFiles(context.machine))
    await write(context, `${name}=${value}`);
}
