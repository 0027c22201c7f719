import { checkedConfiguration as haproxyConfiguration } from '../programs/haproxy/haproxy.js';
import { checkedConfiguration as keepalivedConfiguration } from '../programs/keepalived/keepalived.js';
import { CommandError, type SimulatedCommand } from '../command.js';
import { parseOptions } from './options.js';

/** Both as they are asked whether they would take a configuration; their units start them. */
export const balancerCommands: readonly SimulatedCommand[] = [
  {
    name: 'haproxy',
    run: async (args, { machine, cwd }) => {
      const { options } = parseOptions('haproxy', args, { '-c': 'flag', '-q': 'flag', '-f': 'value' });
      const file = options.get('-f');
      if (!options.has('-c') || file === undefined)
        throw new CommandError('haproxy: only -c -f is simulated');
      await said(() => haproxyConfiguration(machine, machine.files.resolvePath(cwd, file)));
    },
  },
  {
    name: 'keepalived',
    run: async (args, { machine, cwd }) => {
      const { options } = parseOptions('keepalived', args, { '-t': 'flag', '-f': 'value' });
      const file = options.get('-f');
      if (!options.has('-t') || file === undefined)
        throw new CommandError('keepalived: only -t -f is simulated');
      await said(() => keepalivedConfiguration(machine, machine.files.resolvePath(cwd, file)));
    },
  },
];

async function said(check: () => Promise<unknown>): Promise<void> {
  try {
    await check();
  } catch (error) {
    throw new CommandError((error as Error).message, 1);
  }
}
