import { z } from 'zod';
import { Login } from './token.js';
import { dataOf, readOrNothing, type Vault } from './vault.js';

/** Who may log in with a role id and a secret id, from where, and as what. */
export type AppRole = {
  policies: readonly string[];
  /** Networks that a login may come from, and that its token is good for. */
  networks: readonly string[];
  tokenSeconds: number;
};

const Role = dataOf(
  z
    .object({
      token_policies: z.array(z.string()).nullish(),
      token_bound_cidrs: z.array(z.string()).nullish(),
      secret_id_bound_cidrs: z.array(z.string()).nullish(),
      token_ttl: z.int(),
      token_max_ttl: z.int(),
      bind_secret_id: z.boolean(),
    })
    .transform((role) => ({
      policies: role.token_policies ?? [],
      networks: role.token_bound_cidrs ?? [],
      loginNetworks: role.secret_id_bound_cidrs ?? [],
      tokenSeconds: role.token_ttl,
      maxTokenSeconds: role.token_max_ttl,
      bindSecretId: role.bind_secret_id,
    })),
);

/** What about a role is not as wanted, in words; nothing when all is. */
export async function appRoleDifferences(vault: Vault, name: string, wanted: AppRole): Promise<string[]> {
  const found = await readOrNothing(vault, `auth/approle/role/${name}`, Role);
  if (found === undefined) return ['missing'];
  const same = (one: readonly string[], other: readonly string[]): boolean => {
    return one.map(withPrefix).sort().join() === other.map(withPrefix).sort().join();
  };
  return [
    ...(same(found.policies, wanted.policies) ? [] : ['policies']),
    ...(same(found.networks, wanted.networks) && same(found.loginNetworks, wanted.networks)
      ? []
      : ['networks']),
    ...(found.tokenSeconds === wanted.tokenSeconds && found.maxTokenSeconds === wanted.tokenSeconds
      ? []
      : ['lifetime of tokens']),
    ...(found.bindSecretId ? [] : ['asks for no secret id']),
  ];
}

/** Vault shows the network of one address without its prefix length. */
function withPrefix(network: string): string {
  return network.endsWith('/32') ? network.slice(0, -3) : network;
}

/** Writes a role, in place of the one of that name; its ids stay. */
export async function writeAppRole(vault: Vault, name: string, role: AppRole): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `auth/approle/role/${name}`,
    body: {
      bind_secret_id: true,
      token_policies: role.policies,
      token_bound_cidrs: role.networks,
      secret_id_bound_cidrs: role.networks,
      token_ttl: role.tokenSeconds,
      token_max_ttl: role.tokenSeconds,
    },
  });
}

export async function deleteAppRole(vault: Vault, name: string): Promise<void> {
  await vault.request({ method: 'DELETE', path: `auth/approle/role/${name}` });
}

const RoleId = dataOf(z.object({ role_id: z.string() }));

export async function roleId(vault: Vault, name: string): Promise<string | undefined> {
  return (await readOrNothing(vault, `auth/approle/role/${name}/role-id`, RoleId))?.role_id;
}

/** Gives a role an id of our choosing instead of the one that Vault drew. */
export async function setRoleId(vault: Vault, name: string, id: string): Promise<void> {
  await vault.request({ method: 'POST', path: `auth/approle/role/${name}/role-id`, body: { role_id: id } });
}

/** Whether a role knows this secret id; Vault answers 204 when it does not. */
export async function knowsSecretId(vault: Vault, name: string, secretId: string): Promise<boolean> {
  const { status } = await vault.request({
    method: 'POST',
    path: `auth/approle/role/${name}/secret-id/lookup`,
    body: { secret_id: secretId },
  });
  return status === 200;
}

/**
 * Adds a secret id of our choosing, which lasts until it is destroyed and is good for any number of logins from the role's
 * networks; one with networks of its own would not follow when the role's are changed.
 * @throws ApiError when the role knows it already
 */
export async function addSecretId(vault: Vault, name: string, secretId: string): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `auth/approle/role/${name}/custom-secret-id`,
    body: { secret_id: secretId, ttl: 0, num_uses: 0 },
  });
}

/** Nothing happens when the role does not know it. */
export async function destroySecretId(vault: Vault, name: string, secretId: string): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `auth/approle/role/${name}/secret-id/destroy`,
    body: { secret_id: secretId },
  });
}

/**
 * @returns a token
 * @throws ApiError 400 when the ids are wrong, 403 or 400 when the login comes from another network
 */
export async function logInWithAppRole(vault: Vault, id: string, secretId: string): Promise<string> {
  const { body } = await vault.request({
    method: 'POST',
    path: 'auth/approle/login',
    body: { role_id: id, secret_id: secretId },
    answer: Login,
  });
  return body;
}
