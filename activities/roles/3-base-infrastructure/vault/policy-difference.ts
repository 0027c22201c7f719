import { readPolicy, writePolicy } from '../../../clients/vault/policies.js';
import type { Vault } from '../../../clients/vault/vault.js';
import type { Difference } from './difference.js';

/** A policy whose text is another one than wanted, or that is missing. */
export async function* policyDifference(
  vault: Vault,
  name: string,
  policy: string,
): AsyncGenerator<Difference> {
  if ((await readPolicy(vault, name)) !== policy)
    yield { what: `policy ${name}`, apply: () => writePolicy(vault, name, policy) };
}
