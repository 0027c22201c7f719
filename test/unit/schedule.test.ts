import { expect, test } from 'vitest';
import type { Plan } from '../../config/plan-types.js';
import { scheduleLength } from '../../config/schedule.js';
import { phase, planOf, role, step } from '../workflow/plans.js';

const seconds = (table: Record<string, number>) => (_role: string, stepId: string, target: string) =>
  table[`${stepId}@${target}`] ?? table[stepId] ?? 0;

const vaults = (steps: ReturnType<typeof step>[], count: number): Plan =>
  planOf([phase(3, 'base-infrastructure', [role('install-vault', steps)])], count);

test('targets flow through consecutive steps: the slowest target decides', () => {
  const plan = vaults([step('a'), step('b')], 3);
  expect(scheduleLength(plan, seconds({ a: 10, 'a@vault-2': 50, b: 5, 'b@vault-1': 60 }), 8)).toBe(70);
});

test('a site step waits for all, and what follows waits for it', () => {
  const plan = vaults([step('a'), step('s', { on: 'site' }), step('b')], 2);
  expect(scheduleLength(plan, seconds({ a: 10, 'a@vault-2': 30, s: 5, b: 7 }), 8)).toBe(42);
});

const on = (plan: Plan, hypervisor: object): Plan => ({
  ...plan,
  site: { ...plan.site, hypervisor } as Plan['site'],
});

test('clone slots, or fewer when the site file says so, cap clones of all roles together', () => {
  const clone = step('clone', { queue: 'hypervisor' });
  const plan = planOf(
    [
      phase(1, 'provisioning', [
        role('provisionnement-vms-infra', [clone]),
        role('provisionnement-vms-apps', [clone]),
      ]),
    ],
    5,
  );
  expect(scheduleLength(plan, seconds({ clone: 10 }), 4)).toBe(30);
  const fewer = { kind: 'vsphere', concurrentClones: 2 };
  expect(scheduleLength(on(plan, fewer), seconds({ clone: 10 }), 4)).toBe(50);
  expect(scheduleLength(on(plan, { kind: 'existing' }), seconds({ clone: 10 }), 4)).toBe(30);
});

test('parallel and rolling steps take turns', () => {
  expect(scheduleLength(vaults([step('a', { parallel: 2 })], 5), seconds({ a: 10 }), 8)).toBe(30);
  expect(scheduleLength(vaults([step('a', { rolling: true })], 5), seconds({ a: 10 }), 8)).toBe(50);
});

test('roles start when their needs are done, phases one after the other', () => {
  const plan = planOf(
    [
      phase(3, 'base-infrastructure', [
        role('install-gogs', [step('g')], { needs: ['install-vault'] }),
        role('install-vault', [step('v')]),
        role('install-docker-registry', [step('r')]),
      ]),
      phase(4, 'clusters', [role('install-rke2-apps', [step('k')])]),
    ],
    1,
  );
  expect(scheduleLength(plan, seconds({ g: 5, v: 10, r: 12, k: 3 }), 8)).toBe(18);
});
