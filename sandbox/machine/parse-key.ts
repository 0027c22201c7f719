import ssh2, { type ParsedKey } from 'ssh2';

/** Reads one key in any of OpenSSH's forms; undefined when it is none. */
export function parseKey(text: Buffer | string): ParsedKey | undefined {
  const parsed: unknown = ssh2.utils.parseKey(text);
  const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
  return first instanceof Error || first === undefined ? undefined : (first as ParsedKey);
}
