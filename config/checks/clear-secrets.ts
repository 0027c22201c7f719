import type { SparseSite } from '../load/prune.js';
import type { Finding, Path } from '../problem.js';
import { Reference } from '../site/reference.js';

const secretKey = /(password|passphrase|secret|token|private_?key|api_?key|credential)s?$/i;

/**
 * Secrets written in clear where the schema cannot tell: in the roles' options, by the key's name.
 * Everywhere else the schema takes references only.
 */
export function clearSecretFindings(site: SparseSite): Finding[] {
  return walk(site.options ?? {}, ['options']);
}

function walk(value: unknown, path: Path): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, item]) => walk(item, [...path, key]));
  const key = path.findLast((step) => typeof step === 'string') ?? '';
  if (typeof value === 'string' && value.includes('PRIVATE KEY')) return [{ path, message: sentence }];
  if (!secretKey.test(key) || (typeof value !== 'string' && typeof value !== 'number')) return [];
  return Reference.safeParse(value).success ? [] : [{ path, message: sentence }];
}

const sentence =
  'looks like a secret written in clear (not shown here). Write env:NAME, file:PATH or vault:path#field';
