import { declarationOf } from '../../activities/registry.js';
import { roles } from '../../activities/roles/index.js';
import type { RoleDeclaration } from '../../config/declaration.js';

/** Names of the roles that need a role, in the order of their phases. */
export function dependantsOf(
  role: string,
  declarations: readonly RoleDeclaration[] = roles.map(declarationOf),
): string[] {
  return declarations
    .filter(({ needs }) => needs.some((need) => need === role))
    .map((declaration) => declaration.name);
}
