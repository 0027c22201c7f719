import type { SimulatedMachine } from '../../machine.js';

/** One line of keepalived.conf, with the block that follows it. */
export type Statement = { words: string[]; block: Statement[] | undefined; where: string };

/** What is wrong with keepalived.conf, in keepalived's manner. */
export class KeepalivedError extends Error {}

/**
 * Reads a file with those that it includes and the definitions in them (keepalived.conf(5), "Include files" and
 * "Parameter substitution").
 * @throws KeepalivedError when a file or a brace is missing
 */
export async function readStatements(machine: SimulatedMachine, path: string): Promise<Statement[]> {
  const definitions = new Map<string, string>();
  const top: Statement[] = [];
  const open: Statement[][] = [top];
  await readFile(machine, path, definitions, open);
  if (open.length !== 1) throw new KeepalivedError("There are 1 missing '}'s or extra '{'s");
  return top;
}

async function readFile(
  machine: SimulatedMachine,
  path: string,
  definitions: Map<string, string>,
  open: Statement[][],
): Promise<void> {
  const text = await machine.files.text(path);
  if (text === undefined) throw new KeepalivedError(`Config files missing '${path}'.`);
  for (const [index, line] of text.split('\n').entries()) {
    const where = `(${path}: Line ${index + 1})`;
    const plain = line.replace(/[#!].*$/, '').trim();
    const [, name, value] = /^\$(\w+)=(.*)$/.exec(plain) ?? [];
    if (name !== undefined) {
      definitions.set(name, value ?? '');
      continue;
    }
    const words = plain
      .replace(/\$(\w+)/g, (whole, key: string) => definitions.get(key) ?? whole)
      .split(/\s+/)
      .filter(Boolean);
    if (words.length === 0) continue;
    if (words[0] === 'includer') await readFile(machine, words[1] ?? '', definitions, open);
    else if (words.join() === '}') {
      if (open.length === 1) throw new KeepalivedError(`${where} Extra '}' found`);
      open.pop();
    } else {
      const block = words.at(-1) === '{' ? (words.pop(), []) : undefined;
      open.at(-1)!.push({ words, block, where });
      if (block) open.push(block);
    }
  }
}
