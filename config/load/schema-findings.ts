import { z } from 'zod';
import type { Finding, Path } from '../problem.js';
import { shown } from '../site/text.js';
import { didYouMean } from './did-you-mean.js';

type RawIssue = z.core.$ZodRawIssue;

const kinds: Record<string, string> = {
  string: 'text',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

/**
 * What zod found, as sentences for a person. Pass it as `error` to a parse together with `reportInput`; a schema that
 * words its own faults goes before it.
 */
export function issueSentence(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, issue.input);
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, keysOf(issue.inst))).join('\n');
    case 'invalid_value':
      return notOneOf(issue.input, issue.values.map(String));
    case 'invalid_union':
      return wrongDiscriminator(issue);
    case 'too_small':
    case 'too_big':
      return outOfBounds(
        issue.code === 'too_small',
        issue.origin,
        Number(issue.code === 'too_small' ? issue.minimum : issue.maximum),
        issue.input,
      );
    case 'not_multiple_of':
      return `${shown(issue.input)} is not a whole number`;
    default:
      return undefined;
  }
}

/** zod's issues as findings, one for each unknown key. */
export function schemaFindings(issues: readonly z.core.$ZodIssue[]): Finding[] {
  return issues.flatMap((issue): Finding[] => {
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code === 'unrecognized_keys') {
      const sentences = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        message: sentences[index] ?? `unknown key "${key}"`,
      }));
    }
    if (issue.code === 'invalid_key')
      return [{ path, message: issue.issues[0]?.message ?? 'is not a valid key' }];
    return [{ path, message: issue.message }];
  });
}

/** An unknown key is named in the sentence, so its path ends at what it stands in. */
export function pathToShow(finding: Finding): Path {
  return finding.message.startsWith('unknown key ') ? finding.path.slice(0, -1) : finding.path;
}

function unknownKey(key: string, known: readonly string[]): string {
  return `unknown key ${shown(key)}.${didYouMean(key, known) || ' Remove it: docs/site-file.md lists the keys'}`;
}

function wrongType(expected: string, input: unknown): string {
  if (input === undefined) return 'is missing. Add it: docs/site-file.md says how';
  if (input === null) return 'is empty. Fill it in or remove the key';
  if (expected === 'int' && typeof input === 'number') return `${input} is not a whole number`;
  return `must be ${kinds[expected] ?? expected}, not ${kindOf(input)}`;
}

function kindOf(input: unknown): string {
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a group of keys';
  return kinds[typeof input] ?? typeof input;
}

function notOneOf(input: unknown, values: readonly string[]): string {
  if (input === undefined || input === null) return `is missing. Choose ${choices(values)}`;
  const guess = typeof input === 'string' ? didYouMean(input, values) : '';
  return `${shown(input)} is not known.${guess === '' ? ` Choose ${choices(values)}` : guess}`;
}

function wrongDiscriminator(issue: Extract<RawIssue, { code: 'invalid_union' }>): string | undefined {
  const { discriminator, options, input } = issue as {
    discriminator?: string;
    options?: unknown[];
    input?: unknown;
  };
  if (discriminator === undefined || options === undefined) return undefined;
  return notOneOf((input as Record<string, unknown> | undefined)?.[discriminator], options.map(String));
}

function outOfBounds(tooSmall: boolean, origin: string, bound: number, input: unknown): string {
  if (origin === 'array')
    return tooSmall ? `is empty. Give at least ${bound}` : `holds too many. Give at most ${bound}`;
  if (origin === 'string') return tooSmall ? 'is empty' : `is too long. Use at most ${bound} characters`;
  return tooSmall
    ? `${shown(input)} is too small. Use at least ${bound}`
    : `${shown(input)} is too large. Use at most ${bound}`;
}

function keysOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function choices(values: readonly string[]): string {
  return values.length < 2 ? values.join() : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}
