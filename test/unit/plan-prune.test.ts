import { expect, test } from 'vitest';
import { planSite } from '../../client/plan-site.js';
import { renderPlan } from '../../client/output/plan.js';
import { canonicalJson, hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';

const file = 'examples/site-100.yaml';
const provisioning = ['provisionnement-vms-infra', 'provisionnement-vms-apps'] as const;

/** The steps of the provisioning roles by id, `verify` and the last one included. */
function stepsOf(plan: Plan): Plan['phases'][number]['roles'][number]['steps'][] {
  return plan.phases.find(({ name }) => name === 'provisioning')!.roles.map(({ steps }) => steps);
}

test('--prune is a part of the plan that people approve, and the only difference', async () => {
  const without = await planSite(file, 'apply');
  const pruning = await planSite(file, 'apply', { prune: true });
  expect(pruning.plan.prune).toBe(true);
  expect(pruning.hash).not.toBe(without.hash);
  const { prune, ...rest } = pruning.plan;
  expect(prune).toBe(true);
  expect(canonicalJson(rest)).toBe(canonicalJson(without.plan));
});

test('a plan without --prune says nothing of it', async () => {
  const { plan, hash } = await planSite(file, 'apply', { prune: false });
  expect(Object.keys(plan)).not.toContain('prune');
  expect(hash).toBe((await planSite(file, 'apply')).hash);
  expect(hash).toBe(hashOf(JSON.parse(canonicalJson(plan))));
});

test('the plan says that machines are deleted, and the next command does so', async () => {
  const { plan, hash } = await planSite(file, 'apply', { prune: true });
  const lines = renderPlan(plan, hash, file);
  expect(lines).toContain('Deleted: every machine of this site that is not in this plan (--prune)');
  expect(lines.at(-1)).toBe(`Nothing was changed.  Next: socle deploy ${file} --prune`);
  const plain = await planSite(file, 'apply');
  expect(renderPlan(plain.plan, plain.hash, file).join('\n')).not.toContain('prune');
});

test('--prune without the phase that does it is refused', async () => {
  await expect(planSite(file, 'apply', { prune: true, selection: { from: 'preparation' } })).rejects.toThrow(
    '--prune the phase provisioning must be in the plan',
  );
  await planSite(file, 'apply', { prune: true, selection: { only: ['provisionnement-vms-apps'] } });
});

test('surplus machines come last, and a dry run verifies the planned ones all the same', async () => {
  const { plan } = await planSite(file, 'check', { prune: true });
  for (const [index, steps] of stepsOf(plan).entries()) {
    expect(steps.map(({ id }) => id).slice(-2)).toEqual(['surplus', 'verify']);
    expect(steps.at(-1)!.after).toContain(`${provisioning[index]}.answer`);
    expect(steps.at(-1)!.after).not.toContain(`${provisioning[index]}.surplus`);
  }
});

test('removing a site, or one role of it, ends with the surplus machines', async () => {
  const whole = await planSite(file, 'remove');
  const one = await planSite(file, 'remove', { selection: { only: ['provisionnement-vms-apps'] } });
  expect(stepsOf(whole.plan)).toHaveLength(2);
  for (const steps of [...stepsOf(whole.plan), ...stepsOf(one.plan)])
    expect(steps.at(-1)).toMatchObject({ id: 'remove.surplus', on: 'site', queue: 'hypervisor' });
});
