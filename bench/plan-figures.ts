import { readFile } from 'node:fs/promises';
import { canonicalJson, hashOf } from '../config/canonical-json.js';
import { computeInventory } from '../config/inventory.js';
import { loadSite } from '../config/load.js';
import { buildPlan, pairsOf } from '../config/plan.js';
import type { Plan } from '../config/plan-types.js';
import { roles } from '../activities/roles/index.js';
import { declarationOf } from '../activities/registry.js';

export type PlanFigures = { users: number; machines: number; pairs: number; bytes: number; medianMs: number };

const rounds = 9;

/** Time from the site file's text to the hash of its plan, and the plan's size. */
export async function planFigures(file: string): Promise<PlanFigures> {
  await readFile(file);
  const times: number[] = [];
  let plan: Plan | undefined;
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now();
    const site = await loadSite(file);
    plan = buildPlan({
      site,
      inventory: computeInventory(site),
      declarations: roles.map(declarationOf),
      mode: 'apply',
    });
    hashOf(plan);
    times.push(performance.now() - started);
  }
  if (!plan) throw new Error('nothing was planned');
  const built = plan;
  const pairs = Math.max(...built.phases.map((phase) => pairsOf(built, phase)));
  return {
    users: built.site.concurrentUsers,
    machines: built.machines.length,
    pairs,
    bytes: canonicalJson(built).length,
    medianMs: median(times),
  };
}

/** The middle value; of an even number of them the lower middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
