import { roles } from '../../activities/roles/index.js';
import { declarationOf } from '../../activities/registry.js';
import type { PlannedSite } from '../../client/plan-site.js';
import { canonicalJson, hashOf } from '../../config/canonical-json.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { buildPlan } from '../../config/plan.js';
import type { Mode } from '../../config/plan-types.js';

/**
 * What a command would plan for a site if it had only these machines: a whole one has twenty, whose counts the checks of a
 * site file keep. Its gates are left out.
 * @param only roles or phases; when empty those of phases 1 and 2, which need no group to be complete
 */
export async function partOfSite(
  file: string,
  mode: Mode,
  machines: readonly string[],
  only: readonly string[],
): Promise<PlannedSite> {
  const site = { ...(await loadSite(file)), approvals: [] };
  const whole = computeInventory(site);
  const plan = buildPlan({
    site,
    inventory: { ...whole, machines: whole.machines.filter(({ name }) => machines.includes(name)) },
    declarations: roles.map(declarationOf),
    mode,
    selection: { only: only.length === 0 ? ['provisioning', 'preparation'] : only },
  });
  return { plan: JSON.parse(canonicalJson(plan)) as PlannedSite['plan'], hash: hashOf(plan) };
}
