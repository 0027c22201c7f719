import type { RoleDeclaration } from './declaration.js';
import type { Inventory } from './machine.js';
import type { RoleName } from './phases.js';
import type { Mode } from './plan-types.js';
import type { Site } from './site.js';

/** What `--only`, `--skip` and `--from` ask for; each value is a role's or a phase's name, or a phase's number. */
export type Selection = { only?: readonly string[]; skip?: readonly string[]; from?: string };

/** What a plan is made from. */
export type PlanRequest = {
  site: Site;
  inventory: Inventory;
  declarations: readonly RoleDeclaration[];
  mode: Mode;
  selection?: Selection;
  /** One operation of a role, or of several that do not wait for each other; for modes `operation` and `check`. */
  operation?: { role: RoleName | readonly RoleName[]; name: string; target?: string };
  /** Also removes the site's machines that the plan does not have; for modes `apply` and `check`. */
  prune?: boolean;
};
