import { afterEach, expect, test } from 'vitest';
import { planSite } from '../../client/plan-site.js';
import { failureOf } from './answers.js';
import { Laboratory, permanentFailure, phase, planOf, role, step } from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

test('check asks every step, applies none, and does not ask what has no cause yet', async () => {
  const plan = planOf(
    [
      phase(3, 'base-infrastructure', [
        role('install-vault', [step('a'), step('b', { after: ['install-vault.a'] })]),
        role('install-gogs', [step('c')]),
      ]),
    ],
    2,
    { mode: 'check' },
  );
  laboratory = await Laboratory.open(plan, {
    'install-vault.a@vault-2': async () => ({ state: 'unchanged', changeCount: 0, changes: [] }),
    'install-gogs.c@vault-1': async () => {
      throw permanentFailure('no route');
    },
  });
  const run = await laboratory.deploy(plan, {}, `check/${laboratory.siteName}/1`);
  const { phases } = await run.result();
  expect(laboratory.calls.every(({ mode }) => mode === 'check')).toBe(true);
  expect(
    laboratory.calls.filter(({ name }) => name === 'install-vault.b').map(({ target }) => target),
  ).toEqual(['vault-2']);
  expect(phases[0]!.summary).toMatchObject({
    changed: 0,
    todo: 3,
    unknown: 1,
    failed: [{ role: 'install-gogs', target: 'vault-1', message: 'no route' }],
    // What cannot be known yet counts as to do for the phases after it.
    todoTargets: { 'install-vault.a': ['vault-1'], 'install-vault.b': ['vault-1', 'vault-2'] },
  });
});

test('a role that the selection takes for done is verified first, and the run ends before any change if it is not', async () => {
  const assumed = role('install-vault', [step('a'), step('verify')]);
  const planned = (): ReturnType<typeof planOf> =>
    planOf([phase(3, 'base-infrastructure', [role('install-gogs', [step('c')])])], 1, { assumed: [assumed] });
  const failing = planned();
  laboratory = await Laboratory.open(failing);
  const refused = await failureOf(await laboratory.deploy(failing));
  expect(refused.message).toMatch(/nothing was changed[\s\S]*install-vault\.verify/);
  expect(laboratory.calls).toMatchObject([{ name: 'install-vault.verify', mode: 'check' }]);
  await laboratory.close();

  const sound = planned();
  laboratory = await Laboratory.open(sound, {
    'install-vault.verify': async () => ({ state: 'unchanged', changeCount: 0, changes: [] }),
  });
  expect(await (await laboratory.deploy(sound)).result()).toMatchObject({ state: 'done' });
  expect(laboratory.calls.map(({ name }) => name)).toEqual(['install-vault.verify', 'install-gogs.c']);
});

test('on-failure abort ends the run at the first failure, tells which, and starts nothing more', async () => {
  const plan = planOf([
    phase(3, 'base-infrastructure', [role('install-vault', [step('a'), step('b', { rolling: true })])]),
    phase(4, 'clusters', [role('install-rke2-apps', [step('c')])]),
  ]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.b@vault-1': async () => {
      throw permanentFailure('the disk is full');
    },
  });
  const failure = await failureOf(await laboratory.deploy(plan, { onFailure: 'abort' }));
  expect(failure.message).toContain('vault-1: install-vault.b failed: the disk is full');
  expect(failure.details).toMatchObject({
    state: 'failed',
    phases: [
      { state: 'failed', summary: { done: 3, failed: [{ target: 'vault-1' }] } },
      { state: 'waiting' },
    ],
  });
  expect(laboratory.called('install-vault.b').map(({ target }) => target)).toEqual(['vault-1']);
  expect(laboratory.called('install-rke2-apps.c')).toEqual([]);
});

test('remove goes through the phases backwards and runs what outlives the machines', async () => {
  const { plan } = await planSite('examples/site-100.yaml', 'remove');
  laboratory = await Laboratory.open(plan);
  const outcome = await (await laboratory.deploy(plan)).result();
  const names = laboratory.calls.map(({ name }) => name);
  expect(new Set(names.map((name) => name.split('.')[1]))).toEqual(new Set(['remove']));
  expect(names.filter((name) => name.endsWith('.remove.destroy'))).toHaveLength(plan.machines.length);
  const ran = outcome.phases.filter(({ state }) => state === 'done').map(({ name }) => name);
  expect(ran.at(-1)).toBe('provisioning');
});

test('an operation runs alone, on its one target', async () => {
  const { plan } = await planSite('examples/site-100.yaml', 'operation', {
    operation: { role: 'prepare-vms', name: 'restart', target: 'vault-2' },
  });
  laboratory = await Laboratory.open(plan);
  await (await laboratory.deploy(plan)).result();
  expect(laboratory.calls.map(({ name, target }) => [name.split('.')[1], target])).toEqual([
    ['restart', 'vault-2'],
  ]);
});
