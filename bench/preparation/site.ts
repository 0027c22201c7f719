import { canonicalJson, hashOf } from '../../config/canonical-json.js';
import { declarationOf } from '../../activities/registry.js';
import { roles } from '../../activities/roles/index.js';
import type { PlannedSite } from '../../client/plan-site.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { groupNames, type GroupName, type Inventory, type Machine } from '../../config/machine.js';
import { buildPlan } from '../../config/plan.js';
import type { Site } from '../../config/site.js';

export const siteFile = 'examples/site-lab-30.yaml';

/** A cluster node first, for the run with one machine; then one of each group before the second of any. */
const groupOrder: readonly GroupName[] = [
  'apps-master',
  ...groupNames.filter((name) => name !== 'apps-master'),
];

/**
 * The laboratory's larger site without a gate and with a mirror by HTTP: to trust an authority takes a command, which the
 * comparison has not.
 */
export async function benchSite(): Promise<Site> {
  const site = await loadSite(siteFile);
  return {
    ...site,
    approvals: [],
    artifacts: { ...site.artifacts, packages: site.artifacts.packages.replace('https:', 'http:') },
  };
}

/**
 * What `socle deploy --only` would plan, with as many machines as asked for and without data disks, which cost every
 * engine the same mkfs.
 * @param only roles or phases
 */
export async function benchPlan(count: number, only: readonly string[]): Promise<PlannedSite> {
  const site = await benchSite();
  const plan = buildPlan({
    site,
    inventory: cut(computeInventory(site), count),
    declarations: roles.map(declarationOf),
    mode: 'apply',
    selection: { only },
  });
  return { plan: JSON.parse(canonicalJson(plan)) as PlannedSite['plan'], hash: hashOf(plan) };
}

function cut({ machines, virtualAddresses }: Inventory, count: number): Inventory {
  const ordered = [...machines].sort((a, b) => numberOf(a) - numberOf(b) || orderOf(a) - orderOf(b));
  const chosen = ordered.slice(0, count);
  if (chosen.length < count) throw new Error(`the site has ${machines.length} machines, not ${count}`);
  return {
    machines: machines
      .filter((machine) => chosen.includes(machine))
      .map((machine) => ({ ...machine, disks: machine.disks.filter(({ name }) => name === 'system') })),
    virtualAddresses,
  };
}

function numberOf({ name }: Machine): number {
  return Number(/\d+$/.exec(name)?.[0]);
}

function orderOf({ group }: Machine): number {
  return groupOrder.indexOf(group);
}
