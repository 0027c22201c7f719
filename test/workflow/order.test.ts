import { afterEach, expect, test } from 'vitest';
import type { Plan } from '../../config/plan-types.js';
import {
  eventually,
  Laboratory,
  permanentFailure,
  phase,
  planOf,
  role,
  step,
  type Behaviour,
} from './harness.js';

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const takes =
  (ms: number): Behaviour =>
  () =>
    new Promise((resolve) => setTimeout(resolve, ms));

test('a role starts when its needs are done, an independent one at once', async () => {
  const plan = planOf([
    phase(3, 'base-infrastructure', [
      role('install-vault', [step('a')]),
      role('install-gogs', [step('b')], { needs: ['install-vault'] }),
      role('install-docker-registry', [step('c')]),
    ]),
  ]);
  laboratory = await Laboratory.open(plan, {
    'install-vault.a': takes(300),
    'install-docker-registry.c': takes(10),
  });
  const outcome = await (await laboratory.deploy(plan)).result();
  const vaultEnded = Math.max(...laboratory.called('install-vault.a').map((call) => call.endedMs!));
  expect(laboratory.called('install-gogs.b').every((call) => call.startedMs >= vaultEnded)).toBe(true);
  expect(laboratory.called('install-docker-registry.c').every((call) => call.startedMs < vaultEnded)).toBe(
    true,
  );
  expect(outcome.phases[0]!.summary).toMatchObject({ total: 9, done: 9, changed: 9 });
});

test('a target goes through consecutive steps without waiting for the others', async () => {
  const plan = planOf([phase(2, 'preparation', [role('prepare-vms', [step('a'), step('b')])])]);
  laboratory = await Laboratory.open(plan, { 'prepare-vms.a@vault-1': takes(800) });
  await (await laboratory.deploy(plan)).result();
  const slow = laboratory.called('prepare-vms.a').find((call) => call.target === 'vault-1')!;
  const early = laboratory.called('prepare-vms.b').filter((call) => call.startedMs < slow.endedMs!);
  expect(early.map((call) => call.target).sort()).toEqual(['vault-2', 'vault-3']);
});

test('first, rest and site steps are barriers', async () => {
  const plan = planOf([
    phase(3, 'base-infrastructure', [
      role('install-vault', [
        step('a'),
        step('init', { on: 'first' }),
        step('join', { on: 'rest' }),
        step('policy', { on: 'site' }),
      ]),
    ]),
  ]);
  laboratory = await Laboratory.open(plan, { 'install-vault.a@vault-3': takes(200) });
  await (await laboratory.deploy(plan)).result();
  expect(laboratory.calls.map((call) => `${call.name.split('.')[1]} ${call.target}`).slice(3)).toEqual([
    'init vault-1',
    expect.stringMatching(/^join vault-[23]$/),
    expect.stringMatching(/^join vault-[23]$/),
    `policy ${laboratory.siteName}`,
  ]);
  const slow = laboratory.called('install-vault.a').find((call) => call.target === 'vault-3')!;
  expect(laboratory.called('install-vault.init')[0]!.startedMs).toBeGreaterThanOrEqual(slow.endedMs!);
});

test('parallel caps the targets at work at once', async () => {
  const plan = planOf([phase(2, 'preparation', [role('prepare-vms', [step('a', { parallel: 2 })])])], 6);
  let atWork = 0;
  let most = 0;
  laboratory = await Laboratory.open(plan, {
    'prepare-vms.a': async () => {
      most = Math.max(most, ++atWork);
      await new Promise((resolve) => setTimeout(resolve, 100));
      atWork -= 1;
    },
  });
  await (await laboratory.deploy(plan)).result();
  expect(most).toBe(2);
});

const clone = step('clone', { queue: 'hypervisor' });
const cloningPlan = (hypervisor: object): Plan => {
  const plan = planOf(
    [
      phase(1, 'provisioning', [
        role('provisionnement-vms-infra', [clone]),
        role('provisionnement-vms-apps', [clone]),
      ]),
    ],
    4,
  );
  return { ...plan, site: { ...plan.site, hypervisor } as Plan['site'] };
};

test('the site file caps the clones at work at once, over all roles of the phase', async () => {
  const plan = cloningPlan({ kind: 'vsphere', concurrentClones: 3 });
  let atWork = 0;
  let most = 0;
  const cloning: Behaviour = async () => {
    most = Math.max(most, ++atWork);
    await new Promise((resolve) => setTimeout(resolve, 100));
    atWork -= 1;
  };
  laboratory = await Laboratory.open(plan, {
    'provisionnement-vms-infra.clone': cloning,
    'provisionnement-vms-apps.clone': cloning,
  });
  await (await laboratory.deploy(plan)).result();
  expect(most).toBe(3);
  expect(laboratory.calls).toHaveLength(8);
});

test('a parked clone makes room for the next', async () => {
  const plan = cloningPlan({ kind: 'vsphere', concurrentClones: 1 });
  laboratory = await Laboratory.open(plan, {
    'provisionnement-vms-infra.clone@vault-1': async () => {
      throw permanentFailure('no space');
    },
  });
  const run = await laboratory.deploy(plan);
  const { parked } = await laboratory.phaseShows(
    'provisioning',
    ({ roles }) => roles.reduce((sum, { done }) => sum + done, 0) === 7,
  );
  expect(parked).toMatchObject([{ role: 'provisionnement-vms-infra', target: 'vault-1' }]);
  await run.cancel();
  await run.result().catch(() => undefined);
});

test('machines that another team delivers wait for nobody', async () => {
  const plan = cloningPlan({ kind: 'existing' });
  let started = 0;
  const allStarted: Behaviour = () => {
    started += 1;
    return eventually(async () => (started === 8 ? {} : undefined));
  };
  laboratory = await Laboratory.open(plan, {
    'provisionnement-vms-infra.clone': allStarted,
    'provisionnement-vms-apps.clone': allStarted,
  });
  expect(await (await laboratory.deploy(plan)).result()).toMatchObject({ state: 'done' });
});

test('a rolling step takes its targets one by one in the order it asked for', async () => {
  const plan = planOf([
    phase(3, 'base-infrastructure', [
      role('install-vault', [step('upgrade', { rolling: true, ordered: true })]),
    ]),
  ]);
  const order = ['vault-3', 'vault-1', 'vault-2'];
  laboratory = await Laboratory.open(plan, { 'install-vault.upgrade.order': async () => order as never });
  await (await laboratory.deploy(plan)).result();
  const calls = laboratory.called('install-vault.upgrade');
  expect(calls.map((call) => call.target)).toEqual(order);
  expect(calls[1]!.startedMs).toBeGreaterThanOrEqual(calls[0]!.endedMs!);
});

test('phases run one after the other, roles that this version lacks are not run', async () => {
  const plan = planOf([
    phase(1, 'provisioning', [role('provisionnement-vms-infra', [step('clone')])]),
    phase(2, 'preparation', [role('prepare-vms', [], { available: false, groups: [] })]),
    phase(3, 'base-infrastructure', [role('install-vault', [step('a')])]),
  ]);
  laboratory = await Laboratory.open(plan);
  const outcome = await (await laboratory.deploy(plan)).result();
  expect(outcome.phases.map((state) => state.state)).toEqual(['done', 'not-available', 'done']);
  const provisioned = Math.max(
    ...laboratory.called('provisionnement-vms-infra.clone').map((call) => call.endedMs!),
  );
  expect(
    Math.min(...laboratory.called('install-vault.a').map((call) => call.startedMs)),
  ).toBeGreaterThanOrEqual(provisioned);
});
