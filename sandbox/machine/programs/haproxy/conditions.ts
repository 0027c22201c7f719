import { isIPv4 } from 'node:net';
import { addressMatches } from '../../firewall.js';
import type { Condition, Sample } from './configuration.js';
import { Complaint } from './values.js';

export type Acls = ReadonlyMap<string, Condition[]>;
type ReadLines = (path: string) => Promise<string[] | undefined>;

type Fetch =
  | { kind: 'address' | 'text'; value: (sample: Sample) => string | undefined }
  | { kind: 'number'; value: (sample: Sample) => number };

/** Configuration manual 2.6, sections 7.3.3 to 7.3.6. */
const fetches: Readonly<Record<string, Fetch>> = {
  src: { kind: 'address', value: ({ source }) => source },
  sc0_conn_cur: { kind: 'number', value: ({ connections }) => connections },
  sc0_conn_rate: { kind: 'number', value: ({ newConnections }) => newConnections },
  'req.ssl_hello_type': { kind: 'number', value: ({ hello }) => (hello ? 1 : 0) },
  'req.ssl_sni': { kind: 'text', value: ({ hello }) => hello?.name },
  'req.hdr(authorization)': { kind: 'text', value: ({ http }) => http?.authorization },
  path: { kind: 'text', value: ({ http }) => http?.path.split('?')[0] },
};

const comparisons: Readonly<Record<string, (value: number, than: number) => boolean>> = {
  eq: (value, than) => value === than,
  ge: (value, than) => value >= than,
  gt: (value, than) => value > than,
  le: (value, than) => value <= than,
  lt: (value, than) => value < than,
};

/** What stands after the name of an acl, or between braces: a fetch, flags and the values that it may have. */
export async function parseExpression(
  [name = '', ...rest]: readonly string[],
  readLines: ReadLines,
): Promise<Condition> {
  const fetch = Object.hasOwn(fetches, name) ? fetches[name] : undefined;
  if (!fetch) throw new Complaint(`unknown fetch method '${name}' in ACL expression '${name}'.`);
  const words = [...rest];
  const patterns: string[] = [];
  let [method, ignoreCase] = ['str', false];
  for (; words[0]?.startsWith('-'); words.shift()) {
    const flag = words[0];
    if (flag === '-i') ignoreCase = true;
    else if (flag === '-m') method = (words.shift(), words[0] ?? '');
    else if (flag === '-f') {
      words.shift();
      const lines = await readLines(words[0] ?? '');
      if (!lines) throw new Complaint(`failed to open pattern file <${words[0] ?? ''}>.`);
      patterns.push(...lines);
    } else throw new Complaint(`flag '${flag}' is not simulated`);
  }
  patterns.push(...words);
  if (fetch.kind === 'number') return numberCondition(fetch.value, patterns);
  const matches =
    fetch.kind === 'address' ? addressPatterns(patterns) : textPatterns(patterns, method, ignoreCase);
  return (sample) => {
    const value = fetch.value(sample);
    return value !== undefined && matches(value);
  };
}

function numberCondition(value: (sample: Sample) => number, patterns: readonly string[]): Condition {
  const [operator, than] = patterns.length === 1 ? ['eq', patterns[0]] : patterns;
  const compare = comparisons[operator ?? ''];
  if (!compare || !/^\d+$/.test(than ?? '') || patterns.length > 2)
    throw new Complaint(`'${patterns.join(' ')}' is not a number`);
  return (sample) => compare(value(sample), Number(than));
}

function addressPatterns(patterns: readonly string[]): (value: string) => boolean {
  for (const pattern of patterns) {
    const [address = '', bits = '32'] = pattern.split('/');
    if (!isIPv4(address) || !/^\d+$/.test(bits) || Number(bits) > 32)
      throw new Complaint(`'${pattern}' is not a valid IPv4 or IPv6 address`);
  }
  return (value) => patterns.some((pattern) => addressMatches(value, pattern));
}

function textPatterns(
  patterns: readonly string[],
  method: string,
  ignoreCase: boolean,
): (value: string) => boolean {
  if (method === 'reg') {
    const expressions = patterns.map((pattern) => new RegExp(pattern, ignoreCase ? 'i' : ''));
    return (value) => expressions.some((expression) => expression.test(value));
  }
  if (method !== 'str') throw new Complaint(`matching method '${method}' is not simulated`);
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const folded = patterns.map(fold);
  return (value) => folded.includes(fold(value));
}

/** `if A !B { fetch … }`: all must hold. Nothing at all always holds. */
export async function parseCondition(
  words: readonly string[],
  acls: Acls,
  readLines: ReadLines,
): Promise<Condition> {
  const [first, ...terms] = words;
  if (first === undefined) return () => true;
  if ((first !== 'if' && first !== 'unless') || terms.length === 0)
    throw new Complaint(`expects 'if' or 'unless' and a condition (got '${words.join(' ')}')`);
  const conditions: Condition[] = [];
  for (let negated = false; terms.length > 0;) {
    const word = terms.shift()!;
    if (word === '!') {
      negated = !negated;
      continue;
    }
    let condition: Condition;
    if (word === '{') {
      const end = terms.indexOf('}');
      if (end < 0) throw new Complaint('missing closing brace in condition');
      condition = await parseExpression(terms.splice(0, end + 1).slice(0, -1), readLines);
    } else {
      const alternatives = acls.get(word.replace(/^!/, ''));
      if (!alternatives) throw new Complaint(`no such ACL : '${word}'`);
      negated = negated !== word.startsWith('!');
      condition = (sample) => alternatives.some((holds) => holds(sample));
    }
    const invert = negated;
    conditions.push((sample) => condition(sample) !== invert);
    negated = false;
  }
  const all: Condition = (sample) => conditions.every((holds) => holds(sample));
  return first === 'if' ? all : (sample) => !all(sample);
}
