import type { RoleDeclaration } from './declaration.js';
import type { Plan } from './plan-types.js';
import type { RoleName } from './phases.js';
import type { Site } from './site.js';

/** The operation by which a role with data saves it at the site's backup target. */
export const backupOperation = 'backup';

/** The roles of a site whose data can be backed up, in the order of the declarations. */
export function dataRoles(site: Site, declarations: readonly RoleDeclaration[]): RoleName[] {
  return rolesWithOperation(site, declarations, backupOperation);
}

/** The roles of a site that have an operation of this name, in the order of the declarations. */
export function rolesWithOperation(
  site: Site,
  declarations: readonly RoleDeclaration[],
  operation: string,
): RoleName[] {
  return declarations
    .filter(({ operations, when }) => operation in operations && (when?.(site) ?? true))
    .map(({ name }) => name);
}

/**
 * The roles with data that a removal takes away: those that it undoes, and those that lie on machines which it deletes.
 * Whether they were ever deployed cannot be told without asking their machines, so all of them count.
 */
export function removedData(plan: Plan, declarations: readonly RoleDeclaration[]): RoleName[] {
  const undone = new Set(plan.phases.flatMap(({ roles }) => roles.map(({ name }) => name)));
  const deleted = new Set(
    plan.phases
      .filter(({ name }) => name === 'provisioning')
      .flatMap(({ roles }) => roles.flatMap(({ groups }) => groups)),
  );
  return dataRoles(plan.site, declarations).filter((name) => {
    if (undone.has(name)) return true;
    const { groups } = declarations.find((declaration) => declaration.name === name)!;
    return deleted.size > 0 && (groups.length === 0 || groups.some((group) => deleted.has(group)));
  });
}
