import { CommandError } from '../command.js';

/** Arguments taken apart: options with their values, and the rest in order. */
export type Parsed = { options: Map<string, string>; rest: string[] };

/**
 * Takes arguments apart. `known` maps each option to whether it takes a value; anything else is refused loudly, because
 * a simulator that ignores what it does not know says yes to anything.
 */
export function parseOptions(
  command: string,
  args: readonly string[],
  known: Record<string, 'flag' | 'value'>,
  exitCode = 2,
): Parsed {
  const options = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index]!;
    if (word === '--') {
      rest.push(...args.slice(index + 1));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    const [name = '', inline] = word.startsWith('--') ? word.split(/=(.*)/s) : [word];
    const kind = known[name];
    if (kind === undefined) {
      const letters = /^-[A-Za-z]{2,}$/.test(word) ? [...word.slice(1)].map((letter) => `-${letter}`) : [];
      if (
        letters.length === 0 ||
        letters.slice(0, -1).some((letter) => known[letter] !== 'flag') ||
        known[letters.at(-1)!] === undefined
      )
        throw new CommandError(`${command}: unrecognized option '${word}'`, exitCode);
      for (const letter of letters.slice(0, -1)) options.set(letter, '');
      if (known[letters.at(-1)!] === 'value') options.set(letters.at(-1)!, args[(index += 1)] ?? '');
      else options.set(letters.at(-1)!, '');
    } else if (kind === 'flag') options.set(name, '');
    else options.set(name, inline ?? args[(index += 1)] ?? '');
  }
  return { options, rest };
}
