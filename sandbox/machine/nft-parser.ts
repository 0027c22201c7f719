import type { FirewallRule, FirewallTable, Packet } from './firewall.js';
import { addressMatcher, meansNew, portMatcher, protocolMatcher } from './nft-values.js';

/** A ruleset file as `nft -f` reads it: what to delete, what to add. Anything not understood is a syntax error. */
export type NftCommand =
  | { kind: 'add'; table: FirewallTable }
  | { kind: 'declare'; family: string; name: string }
  | { kind: 'delete' | 'destroy' | 'flush'; family: string; name: string }
  | { kind: 'flush-ruleset' };

type Condition = (packet: Packet) => boolean;
type Sets = Map<string, string[]>;

const words = /"[^"]*"|[{}();,]|[^\s{}();,"]+|\n/g;

/**
 * Parses the part of nftables' language that host firewalls use.
 * @throws Error in nft's words when something is not understood, so that a typing mistake never opens a port.
 */
export function parseNft(text: string): NftCommand[] {
  const tokens = new Tokens(text.replace(/#.*$/gm, '').replaceAll('\\\n', ' ').match(words) ?? []);
  const commands: NftCommand[] = [];
  for (tokens.skipBreaks(); !tokens.done(); tokens.skipBreaks()) {
    const word = tokens.next();
    if (word === 'flush' && tokens.peek() === 'ruleset') {
      tokens.next();
      commands.push({ kind: 'flush-ruleset' });
    } else if (word === 'delete' || word === 'destroy' || word === 'flush') {
      tokens.expect('table');
      commands.push({ kind: word, ...tableName(tokens) });
    } else if (word === 'table' || (word === 'add' && tokens.peek() === 'table')) {
      if (word === 'add') tokens.next();
      const name = tableName(tokens);
      commands.push(
        tokens.peek() === '{'
          ? { kind: 'add', table: tableBody(tokens, name) }
          : { kind: 'declare', ...name },
      );
    } else throw syntax(word);
  }
  return commands;
}

function tableName(tokens: Tokens): { family: string; name: string } {
  const family = tokens.next();
  if (!['inet', 'ip', 'ip6'].includes(family)) throw syntax(family);
  return { family, name: tokens.next() };
}

function tableBody(tokens: Tokens, { family, name }: { family: string; name: string }): FirewallTable {
  const table: FirewallTable = { family, name, policy: 'accept', rules: [], text: '' };
  const sets: Sets = new Map();
  tokens.expect('{');
  for (tokens.skipBreaks(); tokens.peek() !== '}'; tokens.skipBreaks()) {
    const word = tokens.next();
    const member = tokens.next();
    if (word === 'set') sets.set(member, setElements(tokens));
    else if (word === 'counter') tokens.block();
    else if (word === 'chain') chain(tokens, member, table, sets);
    else throw syntax(word);
  }
  tokens.next();
  return table;
}

function setElements(tokens: Tokens): string[] {
  const body = tokens.block().filter((word) => word !== '\n' && word !== ';');
  const start = body.indexOf('elements');
  if (start < 0) return [];
  return body.slice(start + 3, body.lastIndexOf('}')).filter((word) => word !== ',');
}

function chain(tokens: Tokens, name: string, table: FirewallTable, sets: Sets): void {
  tokens.expect('{');
  let isInput = false;
  for (tokens.skipBreaks(); tokens.peek() !== '}'; tokens.skipBreaks()) {
    const statement = tokens.statement();
    if (statement[0] === 'type') {
      if (statement[1] !== 'filter' || statement[2] !== 'hook' || !hooks.includes(statement[3] ?? ''))
        throw syntax(statement.join(' '));
      // A base chain has a hook and a priority; nft takes neither alone.
      if (statement[4] !== 'priority' || statement[5] === undefined) throw syntax(statement.join(' '));
      isInput = statement[3] === 'input';
      const policy = statement.indexOf('policy');
      if (policy >= 0) table.policy = verdict(statement[policy + 1]);
    } else if (statement[0] === 'policy') table.policy = verdict(statement[1]);
    else if (isInput) table.rules.push(rule(statement, sets));
    else throw new Error(`Error: chain ${name} has no input hook; only input chains are simulated`);
  }
  tokens.next();
}

/** Hooks of the inet family. */
const hooks = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting'];

function rule(statement: readonly string[], sets: Sets): FirewallRule {
  const words = [...statement];
  const conditions: Condition[] = [];
  let decided: FirewallRule['verdict'];
  while (words.length > 0) {
    const word = words.shift()!;
    if (word === 'accept' || word === 'drop' || word === 'reject') decided = word;
    else if (word === 'counter') {
      if (words[0] === 'packets') words.splice(0, 4);
      else if (words[0] === 'name') words.splice(0, 2);
    } else if (word === 'comment') words.shift();
    else if (word === 'log')
      while (['prefix', 'level', 'flags', 'group'].includes(words[0] ?? '')) words.splice(0, 2);
    else if (word === 'limit') words.splice(0, words[1] === 'over' ? 3 : 2);
    else if (word === 'burst') words.splice(0, 2);
    else if (word === 'with') words.splice(0, words.length);
    else conditions.push(condition(word, words, sets));
  }
  return {
    text: statement.join(' '),
    verdict: decided,
    holds: (packet) => conditions.every((holds) => holds(packet)),
  };
}

function condition(word: string, words: string[], sets: Sets): Condition {
  const never: Condition = () => false;
  if (word === 'ct') {
    const key = words.shift();
    if (key !== 'state') throw syntax(`ct ${key ?? ''}`);
    const holds = meansNew(values(words, sets));
    return () => holds;
  }
  if (word === 'iif' || word === 'iifname') {
    const names = values(words, sets);
    return () => !names.includes('lo');
  }
  const field = words.shift();
  if (word === 'ip' && field === 'saddr') {
    const negated = words[0] === '!=' && words.shift() !== undefined;
    const matches = addressMatcher(values(words, sets));
    return (packet) => matches(packet.source) !== negated;
  }
  if ((word === 'tcp' || word === 'udp') && field === 'dport') {
    const matches = portMatcher(values(words, sets));
    return (packet) => packet.protocol === word && matches(packet.port);
  }
  if ((word === 'meta' && field === 'l4proto') || (word === 'ip' && field === 'protocol')) {
    const matches = protocolMatcher(values(words, sets));
    return (packet) => matches(packet.protocol);
  }
  if ((word === 'icmp' || word === 'icmpv6') && field === 'type') return (values(words, sets), never);
  if (
    word === 'ip6' ||
    (word === 'meta' && field === 'nfproto') ||
    (word === 'udp' && field === 'sport') ||
    (word === 'tcp' && field === 'flags')
  )
    return (values(words, sets), never);
  throw syntax(`${word} ${field ?? ''}`);
}

/** One value, a list `a,b`, a set in braces or a named set. */
function values(words: string[], sets: Sets): string[] {
  const first = words.shift() ?? '';
  if (first === '{') {
    const end = words.indexOf('}');
    return words
      .splice(0, end + 1)
      .filter((word) => word !== ',' && word !== '}')
      .map(unquoted);
  }
  if (first.startsWith('@')) {
    const named = sets.get(first.slice(1));
    if (!named) throw new Error(`Error: No such file or directory; did you mean set ${first.slice(1)}?`);
    return named;
  }
  const list = [unquoted(first)];
  while (words[0] === ',') {
    words.shift();
    list.push(unquoted(words.shift() ?? ''));
  }
  return list;
}

function verdict(word: string | undefined): 'accept' | 'drop' {
  if (word !== 'accept' && word !== 'drop') throw syntax(word ?? 'end of statement');
  return word;
}

function unquoted(word: string): string {
  return word.replace(/^"|"$/g, '');
}

function syntax(word: string): Error {
  return new Error(`Error: syntax error, unexpected ${word.trim()}`);
}

class Tokens {
  private index = 0;
  constructor(private readonly list: readonly string[]) {}

  done(): boolean {
    return this.index >= this.list.length;
  }
  peek(): string | undefined {
    return this.list[this.index];
  }
  next(): string {
    const word = this.list[this.index++];
    if (word === undefined) throw new Error('Error: syntax error, unexpected end of file');
    return word;
  }
  expect(word: string): void {
    const found = this.next();
    if (found !== word) throw syntax(found);
  }
  skipBreaks(): void {
    while (this.peek() === '\n' || this.peek() === ';') this.index += 1;
  }
  /** All words of a block in braces, nested ones included, without the outer braces. */
  block(): string[] {
    this.expect('{');
    const found: string[] = [];
    for (let depth = 1; depth > 0;) {
      const word = this.next();
      depth += word === '{' ? 1 : word === '}' ? -1 : 0;
      if (depth > 0) found.push(word);
    }
    return found;
  }
  /** One statement up to its line's end or semicolon; braces may span lines. */
  statement(): string[] {
    const found: string[] = [];
    for (let depth = 0; ;) {
      const word = this.peek();
      if (word === undefined || (depth === 0 && (word === '\n' || word === ';' || word === '}')))
        return found;
      depth += word === '{' ? 1 : word === '}' ? -1 : 0;
      this.index += 1;
      if (word !== '\n') found.push(word);
    }
  }
}
