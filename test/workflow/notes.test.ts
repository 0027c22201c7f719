import { afterEach, expect, test } from 'vitest';
import { done } from '../../activities/role.js';
import { Laboratory, phase, planOf, role, step } from './harness.js';
import { masterKeyName, planFor, roleOf } from './real-role.js';

process.env[masterKeyName] = '11'.repeat(32);

let laboratory: Laboratory;
afterEach(() => laboratory.close());

test('what a check that is done wants known reaches the outcome and changes nothing', async () => {
  const real = roleOf({
    on: 'site',
    check: async () => ({ state: 'done', notes: ['vault-4 is too much'] }),
    apply: async () => {
      throw new Error('there is nothing to apply');
    },
  });
  const plan = planFor(real);
  laboratory = await Laboratory.open(plan, {}, { roles: [real] });
  const run = await laboratory.deploy(plan);
  const { phases } = await run.result();
  const note = {
    role: 'install-vault',
    step: 'a',
    target: laboratory.siteName,
    message: 'vault-4 is too much',
  };
  expect(phases[0]!.summary).toMatchObject({ total: 1, done: 1, changed: 0, changes: 0, notes: [note] });
  const { memo } = await run.describe();
  expect(memo).toMatchObject({ outcome: { phases: [{ summary: { notes: [note] } }] } });
});

test('without notes the outcome has no such member', async () => {
  const real = roleOf({ check: async () => done, apply: async () => undefined });
  const plan = planFor(real);
  laboratory = await Laboratory.open(plan, {}, { roles: [real] });
  const { phases } = await (await laboratory.deploy(plan)).result();
  expect(phases[0]!.summary!.done).toBe(1);
  expect(phases[0]!.summary).not.toHaveProperty('notes');
});

test('a phase keeps 200 notes at most', async () => {
  const plan = planOf([phase(3, 'base-infrastructure', [role('install-vault', [step('a')])])]);
  const notes = Array.from({ length: 90 }, (_, index) => `note ${index}`);
  laboratory = await Laboratory.open(plan, { 'install-vault.a': async () => ({ notes }) });
  const { phases } = await (await laboratory.deploy(plan)).result();
  expect(phases[0]!.summary!.notes).toHaveLength(200);
});

test('what a step that only looks has seen reaches the outcome, whole', async () => {
  const real = roleOf({
    check: async () => ({ state: 'done', result: { place: '/etc/socle/tls/vault-1.pem', problems: [] } }),
    apply: async () => {
      throw new Error('there is nothing to apply');
    },
  });
  const plan = { ...planFor(real), mode: 'check' as const };
  laboratory = await Laboratory.open(plan, {}, { roles: [real] });
  const { phases } = await (await laboratory.deploy(plan, {}, `check/${laboratory.siteName}/1`)).result();
  expect(phases[0]!.summary!.results).toEqual([
    {
      role: 'install-vault',
      step: 'a',
      target: 'vault-1',
      result: { place: '/etc/socle/tls/vault-1.pem', problems: [] },
    },
  ]);
});
