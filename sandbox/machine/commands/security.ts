import { parseKey } from '../parse-key.js';
import { readSshdSettings } from '../sshd-settings.js';
import { CommandError, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

export const securityCommands: readonly SimulatedCommand[] = [
  sshd('sshd'),
  sshd('/usr/sbin/sshd'),
  {
    name: 'ssh-keygen',
    run: async (args, { machine, stdin }) => {
      if (args[0] !== '-y' && args[0] !== '-l')
        throw new CommandError(`ssh-keygen: "${args.join(' ')}" is not simulated`);
      const path = args[args.indexOf('-f') + 1] ?? '';
      const text = path === '-' || path === '/dev/stdin' ? stdin : await machine.files.text(path);
      if (text === undefined) throw new CommandError(`${path}: No such file or directory`, 255);
      const parsed = parseKey(text);
      if (!parsed) throw new CommandError(`Load key "${path}": error in libcrypto`, 255);
      return {
        stdout: `${parsed.type} ${parsed.getPublicSSH().toString('base64')} ${parsed.comment}\n`.replace(
          / \n$/,
          '\n',
        ),
      };
    },
  },
  {
    name: 'augenrules',
    root: true,
    run: async ([option], { machine }) => {
      const names = (await machine.files.readdir('/etc/audit/rules.d'))
        .filter((name) => name.endsWith('.rules'))
        .sort();
      const texts = await Promise.all(names.map((name) => machine.files.text(`/etc/audit/rules.d/${name}`)));
      const rules = texts
        .join('')
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('#'));
      const wrong = rules.find(
        (line) =>
          !/^\s*(-D|-b \d+|-f [012]|-e [012]|-r \d+|--backlog_wait_time \d+|--loginuid-immutable|-i|-c|-w \S+( -p [rwxa]+)?( -k \S+)?|-[aA] \S+( -[FSCk] ?\S+)+)\s*$/.test(
            line,
          ),
      );
      if (wrong !== undefined) throw new CommandError(`There was an error in line: ${wrong}`);
      if (option === '--check') return undefined;
      if (option !== '--load') throw new CommandError(`augenrules: ${option ?? ''} is not simulated`);
      await machine.files.writeFile('/etc/audit/audit.rules', `${rules.join('\n')}\n`);
      await machine.files.mkdir('/run/audit', { recursive: true });
      await machine.files.writeFile(
        '/run/audit/loaded',
        `${rules.filter((line) => /^-[waA]/.test(line)).join('\n')}\n`,
      );
      machine.effect('audit-rules-loaded');
    },
  },
  {
    name: 'auditctl',
    root: true,
    run: async ([option], { machine }) => {
      if (option === '-l') return { stdout: (await machine.files.text('/run/audit/loaded')) ?? 'No rules\n' };
      if (option === '-s')
        return { stdout: `enabled ${machine.running.get('auditd.service')?.state === 'active' ? 1 : 0}\n` };
      throw new CommandError(`auditctl: ${option ?? ''} is not simulated`);
    },
  },
  {
    name: 'update-ca-certificates',
    root: true,
    run: async (args, { machine }) => {
      parseOptions('update-ca-certificates', args, { '--fresh': 'flag' });
      const folder = '/usr/local/share/ca-certificates';
      const names = (await machine.files.readdir(folder)).filter((name) => name.endsWith('.crt'));
      const texts = await Promise.all(names.map((name) => machine.files.text(`${folder}/${name}`)));
      await machine.files.writeFile('/etc/ssl/certs/ca-certificates.crt', texts.join(''));
      return { stdout: `${names.length} added, 0 removed; done.\n` };
    },
  },
  {
    name: 'unattended-upgrade',
    root: true,
    run: async () => ({
      stdout: 'No packages found that can be upgraded unattended and no pending auto-removals\n',
    }),
  },
  { name: 'apt-config', run: async () => ({ stdout: '' }) },
  {
    name: 'cloud-init',
    run: async ([verb], { machine }) => {
      if (verb !== 'status') throw new CommandError(`cloud-init: ${verb ?? ''} is not simulated`);
      const finished = await machine.files.exists('/var/lib/cloud/instance/boot-finished');
      return { stdout: `status: ${finished ? 'done' : 'running'}\n`, exitCode: finished ? 0 : 1 };
    },
  },
];

function sshd(name: string): SimulatedCommand {
  return {
    name,
    root: true,
    run: async (args, { machine, stdin }) => {
      const file = args.includes('-f') ? args[args.indexOf('-f') + 1] : undefined;
      const given = file === '/dev/stdin' || file === '-';
      if (given) await machine.files.writeFile('/run/sshd-stdin', stdin);
      try {
        const settings = await readSshdSettings(machine, given ? '/run/sshd-stdin' : file);
        if (args.some((word) => word === '-T')) return { stdout: `${settings.effective.join('\n')}\n` };
        if (args.some((word) => word === '-t')) return undefined;
      } catch (error) {
        throw new CommandError((error as Error).message, 255);
      }
      throw new CommandError(`${name}: only -t and -T are simulated`);
    },
  };
}
