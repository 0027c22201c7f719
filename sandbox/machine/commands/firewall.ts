import { parseNft } from '../nft-parser.js';
import { CommandError, type SimulatedCommand } from '../command.js';

export const firewallCommands: readonly SimulatedCommand[] = [
  {
    name: 'nft',
    root: true,
    run: async (args, { machine, stdin }) => {
      const words = args.filter((word) => !/^-(s|a|n|S)+$/.test(word));
      const check = words[0] === '-c' && words.shift() !== undefined;
      if (words[0] === '-f') {
        const text =
          words[1] === '-' || words[1] === '/dev/stdin' ? stdin : await machine.files.text(words[1] ?? '');
        if (text === undefined)
          throw new CommandError(
            `internal:0:0-0: Error: Could not open file "${words[1]}": No such file or directory`,
          );
        return attempt(() => (check ? void parseNft(text) : load(machine, text)));
      }
      if (words[0] === 'list') return list(machine, words);
      if (['add', 'delete', 'destroy', 'flush'].includes(words[0] ?? ''))
        return attempt(() => load(machine, `${words.join(' ')}\n`));
      throw new CommandError(`Error: syntax error, unexpected ${words[0] ?? 'end of input'}`);
    },
  },
];

type Machine = Parameters<SimulatedCommand['run']>[1]['machine'];

function load(machine: Machine, text: string): void {
  machine.loadRules(text);
  machine.effect('firewall-loaded', { tables: [...machine.firewall.keys()] });
}

function attempt(action: () => void): undefined {
  try {
    action();
  } catch (error) {
    throw new CommandError((error as Error).message);
  }
}

/** The rules as they are in force, in the order and form of their file. */
function list(machine: Machine, words: readonly string[]): { stdout: string } {
  if (words[1] === 'tables')
    return { stdout: [...machine.firewall.keys()].map((key) => `table ${key}\n`).join('') };
  if (words[1] === 'ruleset')
    return { stdout: [...machine.firewall.values()].map(({ text }) => text).join('') };
  const table = machine.firewall.get(words.slice(2, 4).join(' '));
  if (words[1] !== 'table' || !table) throw new CommandError('Error: No such file or directory');
  return { stdout: table.text };
}
