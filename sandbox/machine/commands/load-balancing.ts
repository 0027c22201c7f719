import { CommandError, type SimulatedCommand } from '../command.js';
import { ConfigurationError, readConfiguration } from '../programs/haproxy/parser.js';
import { readKeepalived } from '../programs/keepalived/parser.js';
import { parseOptions } from './options.js';

/** What keepalived ends with when it does not like its text. */
const keepalivedConfigurationTest = 5;

export const loadBalancingCommands: readonly SimulatedCommand[] = [
  {
    name: 'haproxy',
    run: async (args, { machine, cwd }) => {
      const paths: string[] = [];
      const flags: string[] = [];
      for (let index = 0; index < args.length; index += 1)
        if (args[index] === '-f') paths.push(machine.files.resolvePath(cwd, args[(index += 1)] ?? ''));
        else flags.push(args[index]!);
      const unknown = flags.find((flag) => !['-c', '-q'].includes(flag));
      if (unknown !== undefined || !flags.includes('-c') || paths.length === 0)
        throw new CommandError(`haproxy: "${args.join(' ')}" is not simulated, only -c -f FILE`);
      try {
        await readConfiguration(machine, paths);
      } catch (error) {
        if (!(error instanceof ConfigurationError)) throw error;
        const { exitCode, alerts } = error;
        if (flags.includes('-q')) return { exitCode };
        // What is no error of the text but will not start, HAProxy says on standard output.
        if (exitCode === 2)
          return {
            stdout: 'Configuration file has no error but will not start (no listener) => exit(2).\n',
            exitCode,
          };
        return { stderr: alerts.map((alert) => `[ALERT]    (1) : ${alert}\n`).join(''), exitCode };
      }
      return { stdout: flags.includes('-q') ? '' : 'Configuration file is valid\n' };
    },
  },
  {
    name: 'keepalived',
    root: true,
    run: async (args, { machine, cwd }) => {
      const { options } = parseOptions('keepalived', args, {
        '-t': 'flag',
        '--config-test': 'flag',
        '-f': 'value',
        '--use-file': 'value',
      });
      if (!options.has('-t') && !options.has('--config-test'))
        throw new CommandError('keepalived: only -t is simulated');
      const path = options.get('-f') ?? options.get('--use-file') ?? '/etc/keepalived/keepalived.conf';
      try {
        await readKeepalived(machine, machine.files.resolvePath(cwd, path));
      } catch (error) {
        throw new CommandError((error as Error).message, keepalivedConfigurationTest);
      }
    },
  },
];
