import { z } from 'zod';
import { dataOf, readOrNothing, type Vault } from './vault.js';

const Policy = dataOf(z.object({ policy: z.string() }));

/** The text of a policy; undefined when there is none of this name. */
export async function readPolicy(vault: Vault, name: string): Promise<string | undefined> {
  return (await readOrNothing(vault, `sys/policies/acl/${name}`, Policy))?.policy;
}

/** Writes a policy, in place of the one of that name. */
export async function writePolicy(vault: Vault, name: string, policy: string): Promise<void> {
  await vault.request({ method: 'PUT', path: `sys/policies/acl/${name}`, body: { policy } });
}

export async function deletePolicy(vault: Vault, name: string): Promise<void> {
  await vault.request({ method: 'DELETE', path: `sys/policies/acl/${name}` });
}
