import { z } from 'zod';

const local = 'env:[A-Za-z_][A-Za-z0-9_]*|file:\\S.*';
const vault = 'vault:[^\\s#]+#[^\\s#]+';

/**
 * Where a secret stands: `env:NAME`, `file:PATH` or `vault:path#field`. What is written instead of one may be the
 * secret itself, so no message shows it.
 */
export const Reference = z.string().regex(new RegExp(`^(${local}|${vault})$`), {
  error:
    'must be a reference, not the value itself (not shown here). Write env:NAME, file:PATH or vault:path#field',
});

/** A reference that must resolve before the platform's own Vault answers (phases 1-3), so `vault:` is no choice. */
export const EarlyReference = z.string().regex(new RegExp(`^(${local})$`), {
  error: (issue) =>
    new RegExp(`^${vault}$`).test(String(issue.input))
      ? `${String(issue.input)} lies in the platform's own Vault, which does not exist when this is needed. Write env:NAME or file:PATH`
      : 'must be a reference, not the value itself (not shown here). Write env:NAME or file:PATH',
});
