import type { WorkflowHandle } from '@temporalio/client';
import { afterEach, expect, test } from 'vitest';
import { planSite } from '../../client/plan-site.js';
import { declarationOf } from '../../activities/registry.js';
import { computeInventory } from '../../config/inventory.js';
import { buildPlan, maximumPairsPerPhase, pairsOf } from '../../config/plan.js';
import { roles } from '../../activities/roles/index.js';
import type { StepOutcome } from '../../config/plan-types.js';
import { eventsOf } from './answers.js';
import { Laboratory, phase, planOf, role, step, type Behaviour } from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const maximumEvents = 10_000;
const maximumHistoryBytes = 10 * 2 ** 20;
const maximumPayloadBytes = 256 * 2 ** 10;

const holds = async (): Promise<Partial<StepOutcome>> => ({
  state: 'unchanged',
  changeCount: 0,
  changes: [],
});

/** Bytes of the largest payload in a value of decoded protocol messages. */
function largestPayload(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (value === null || typeof value !== 'object') return 0;
  return Math.max(0, ...Object.values(value).map(largestPayload));
}

async function expectWithinLimits(handle: WorkflowHandle): Promise<void> {
  const events = await eventsOf(handle);
  expect(events.length, handle.workflowId).toBeLessThan(maximumEvents);
  expect(largestPayload(events), handle.workflowId).toBeLessThan(maximumPayloadBytes);
  const { historySize } = await handle.describe();
  expect(historySize, handle.workflowId).toBeGreaterThan(0);
  expect(historySize, handle.workflowId).toBeLessThan(maximumHistoryBytes);
}

test('a run for 10,000 users stays within the limits of histories, payloads and queries', async () => {
  const started = performance.now();
  const { plan } = await planSite('examples/site-10000.yaml', 'apply');
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(plan.site.concurrentUsers).toBe(10_000);
  const longest = 'x'.repeat(200);
  const changes = Array.from({ length: 20 }, (_, index) => `${index} ${longest}`);
  const machinesOf = (groups: readonly string[]): string[] =>
    plan.machines.filter(({ group }) => groups.includes(group)).map(({ name }) => name);
  laboratory = await Laboratory.open(
    plan,
    Object.fromEntries<Behaviour>(
      plan.phases
        .flatMap(({ roles: planned }) => planned)
        .flatMap(({ name, groups, steps, preflight }) => [
          ...steps.map(({ id }) => [`${name}.${id}`, async () => ({ changeCount: 20, changes })] as const),
          ...steps
            .filter(({ ordered }) => ordered)
            .map(({ id }) => [`${name}.${id}.order`, async () => machinesOf(groups) as never] as const),
          ...preflight.map((check) => [`${name}.preflight.${check.name}`, holds] as const),
        ]),
    ),
  );
  const run = await laboratory.deploy(plan, { approveAll: true });
  const outcome = await run.result();
  expect(outcome.state).toBe('done');
  await expectWithinLimits(run);
  for (const { name, state } of outcome.phases)
    if (state !== 'not-available') await expectWithinLimits(laboratory.phase(name));
  const answer = await laboratory.phase('preparation').query('progress');
  expect(JSON.stringify(answer).length).toBeLessThan(maximumPayloadBytes);
});

test('the largest phase that planning allows stays within the limits, and a larger one is refused', async () => {
  const count = 100;
  const steps = Array.from({ length: maximumPairsPerPhase / count }, (_, index) => step(`s${index}`));
  const plan = planOf([phase(3, 'base-infrastructure', [role('install-vault', steps)])], count);
  expect(pairsOf(plan, plan.phases[0]!)).toBe(maximumPairsPerPhase);
  laboratory = await Laboratory.open(plan);
  const run = await laboratory.deploy(plan);
  expect(await run.result()).toMatchObject({ state: 'done', phases: [{ summary: { done: 1_600 } }] });
  await expectWithinLimits(laboratory.phase('base-infrastructure'));

  const { plan: real } = await planSite('examples/site-100.yaml', 'apply');
  const wide = computeInventory(real.site);
  const machines = Array.from({ length: 40 }, () => wide.machines).flat();
  expect(() =>
    buildPlan({
      site: real.site,
      inventory: { ...wide, machines },
      declarations: roles.map(declarationOf),
      mode: 'apply',
    }),
  ).toThrow(/phase/);
});
