import { z } from 'zod';

/** How a wrong value is shown: on one line, 60 characters at most, in quotes when it is text, without credentials. */
export function shown(value: unknown): string {
  if (typeof value === 'string' && value.includes('PRIVATE KEY')) return 'a private key (not shown)';
  const text = (JSON.stringify(value) ?? String(value)).replace(/[^\s"/]*:[^\s"]*@/g, '***@');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Text of one form. `expected` ends the sentence `"…" is not `, `remedy` follows it. */
export function text(form: RegExp, expected: string, remedy?: string): z.ZodString {
  const tail = remedy === undefined ? '' : `. ${remedy}`;
  return z.string().regex(form, { error: (issue) => `${shown(issue.input)} is not ${expected}${tail}` });
}

/** The sentence for text that is wrong; what is no text at all is worded like everywhere else. */
export function ofText(sentence: string): (issue: { input?: unknown }) => string | undefined {
  return ({ input }) => (typeof input === 'string' ? sentence : undefined);
}

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';

/** A name as operators see it in a hypervisor: anything on one line without a leading or trailing blank. */
export const DisplayName = text(
  /^\S(.{0,253}\S)?$/,
  'a name',
  'Write it on one line, without blanks around it',
);

/** @see https://www.rfc-editor.org/rfc/rfc1123#page-13 */
export const DnsLabel = text(
  new RegExp(`^${label}$`),
  'a host name',
  'Use lower-case letters, digits and hyphens, 63 at most',
);
export const DnsName = text(
  new RegExp(`^(?=.{1,253}$)${label}(\\.${label})+$`),
  'a domain name',
  'Use lower-case labels separated by dots, such as example.org',
);

/** The form that useradd accepts on every documented distribution. */
export const UnixUser = text(
  /^[a-z_][a-z0-9_-]{0,31}$/,
  'a Unix user name',
  'Begin with a letter, then lower-case letters, digits, "-" and "_", 32 at most',
);

export const Port = z.int().min(1).max(65_535);
