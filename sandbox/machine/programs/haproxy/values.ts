import { isIPv4 } from 'node:net';

/** What is wrong with one line; the parser says where. */
export class Complaint extends Error {}

const units: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `1h`, or milliseconds without a unit. */
export function duration(word: string | undefined, what: string): number {
  const [, digits, unit = 'ms'] = /^(\d+)([a-z]*)$/.exec(word ?? '') ?? [];
  const factor = units[unit === '' ? 'ms' : unit];
  if (digits === undefined || factor === undefined)
    throw new Complaint(`unexpected character in '${what}': '${word ?? ''}' is not a duration`);
  return Number(digits) * factor;
}

export function wholeNumber(word: string | undefined, what: string): number {
  if (!/^\d+$/.test(word ?? '')) throw new Complaint(`'${what}' expects a positive integer argument.`);
  return Number(word);
}

/** `127.0.0.1:443`. Names and other families are not simulated. */
export function endpoint(word: string | undefined, what: string): { address: string; port: number } {
  const [, address = '', port = ''] = /^(.+):(\d+)$/.exec(word ?? '') ?? [];
  if (port === '') throw new Complaint(`'${what}' : missing port specification in '${word ?? ''}'`);
  if (!isIPv4(address) || Number(port) > 65_535 || Number(port) === 0)
    throw new Complaint(`'${what}' : invalid address: '${address}' in '${word}'`);
  return { address, port: Number(port) };
}

/** Takes exactly these words. */
export function exactly(words: readonly string[], expected: readonly string[], what: string): void {
  if (words.length !== expected.length || expected.some((word, index) => word !== words[index]))
    throw new Complaint(`'${what}' expects '${expected.join(' ')}' (got '${words.join(' ')}')`);
}

/** `200,401` or `200-399`. */
export function statusMatcher(word: string | undefined): (status: number) => boolean {
  const ranges = (word ?? '').split(',').map((part) => {
    const [, first, last = first] = /^(\d{3})(?:-(\d{3}))?$/.exec(part) ?? [];
    if (first === undefined)
      throw new Complaint(`'http-check expect' : invalid character in the list of status codes: '${part}'`);
    return [Number(first), Number(last)] as const;
  });
  return (status) => ranges.some(([first, last]) => status >= first && status <= last);
}
