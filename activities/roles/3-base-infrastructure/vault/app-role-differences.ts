import {
  addSecretId,
  appRoleDifferences as settingsThatDiffer,
  knowsSecretId,
  roleId,
  setRoleId,
  writeAppRole,
  type AppRole,
} from '../../../clients/vault/approle.js';
import type { Vault } from '../../../clients/vault/vault.js';
import type { Difference } from './difference.js';
import type { AppRoleName } from './wanted-configuration.js';

export type AppRoleIds = (name: AppRoleName) => { roleId: string; secretId: string };

/** A role for Socle itself, with the ids that any worker derives: nothing has to be handed over or kept. */
export async function* appRoleDifferences(
  vault: Vault,
  name: AppRoleName,
  wanted: AppRole,
  ids: { roleId: string; secretId: string },
): AsyncGenerator<Difference> {
  const settings = await settingsThatDiffer(vault, name, wanted);
  if (settings.length > 0)
    yield {
      what: `AppRole ${name}: ${settings.join(', ')}`,
      apply: () => writeAppRole(vault, name, wanted),
    };
  const current = await roleId(vault, name);
  if (current !== ids.roleId)
    yield { what: `AppRole ${name}: role id`, apply: () => setRoleId(vault, name, ids.roleId) };
  // Vault refuses to look for a secret id in a role that does not exist.
  const known = current !== undefined || (await roleId(vault, name)) !== undefined;
  if (!known || !(await knowsSecretId(vault, name, ids.secretId)))
    yield { what: `AppRole ${name}: secret id`, apply: () => addSecretId(vault, name, ids.secretId) };
}
