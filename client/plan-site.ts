import { roles } from '../activities/roles/index.js';
import { declarationOf } from '../activities/registry.js';
import { hashOf } from '../config/canonical-json.js';
import { computeInventory } from '../config/inventory.js';
import { loadSite } from '../config/load.js';
import { buildPlan } from '../config/plan.js';
import type { PlanRequest } from '../config/plan-request.js';
import type { Plan } from '../config/plan-types.js';

export type PlannedSite = { plan: Plan; hash: string };

/**
 * Reads a site file and plans it with the roles of this version.
 * @throws UserError with every problem of the file or the selection.
 */
export async function planSite(
  file: string,
  mode: Plan['mode'],
  more: Pick<PlanRequest, 'selection' | 'operation' | 'prune'> = {},
): Promise<PlannedSite> {
  const site = await loadSite(file);
  const plan = buildPlan({
    site,
    inventory: computeInventory(site),
    declarations: roles.map(declarationOf),
    mode,
    ...more,
  });
  return { plan, hash: hashOf(plan) };
}
