import type { Vault } from '../../../clients/vault/vault.js';
import { ApiError } from '../../../errors.js';
import type { StepContext } from '../../../role.js';
import type { AppRoleName } from './wanted-configuration.js';

/** Vault does not say whether a role, an id or the method itself is missing, or from where one may log in. */
const refusals = [400, 403, 404];

/** The ids that a role of a site logs in with: derived, so that any worker has them. */
export function appRoleIds(
  { secrets }: Pick<StepContext, 'secrets'>,
  name: AppRoleName,
): { roleId: string; secretId: string } {
  return { roleId: secrets.vaultRoleId(name), secretId: secrets.vaultSecretId(name) };
}

/** A Vault as Socle itself may use it; undefined when it does not let Socle in. */
export async function asOrchestrator(
  context: Pick<StepContext, 'secrets'>,
  vault: Vault,
): Promise<Vault | undefined> {
  const { logInWithAppRole } = await import('../../../clients/vault/approle.js');
  const { roleId, secretId } = appRoleIds(context, 'orchestrator');
  try {
    return vault.as(await logInWithAppRole(vault, roleId, secretId));
  } catch (error) {
    if (error instanceof ApiError && refusals.includes(error.status)) return undefined;
    throw error;
  }
}
