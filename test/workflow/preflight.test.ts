import { afterEach, expect, test } from 'vitest';
import { ApiError } from '../../activities/errors.js';
import { done, type Preflight } from '../../activities/role.js';
import { failureOf } from './answers.js';
import { Laboratory } from './harness.js';
import { masterKeyName, planFor, roleOf } from './real-role.js';

process.env[masterKeyName] = '11'.repeat(32);
let laboratory: Laboratory;
afterEach(() => laboratory.close());

const asking = (name: string, check: Preflight['check']): Preflight => ({
  name,
  title: name,
  kind: 'site',
  check,
});

async function failureWith(preflight: Preflight[], ignorePreflight: string[] = []) {
  const real = roleOf({ check: async () => done, apply: async () => undefined }, { preflight });
  const plan = planFor(real);
  laboratory = await Laboratory.open(plan, {}, { roles: [real] });
  const run = await laboratory.deploy(plan, { ignorePreflight });
  return ignorePreflight.length > 0 ? run.result() : failureOf(run);
}

test('every problem of every check is told at once, each on a line, one that several found once', async () => {
  let asked = 0;
  const failure = await failureWith([
    asking('hypervisor', async () => {
      asked += 1;
      return ['no template "debian-13"', 'no network "lan"'];
    }),
    asking('separation', async () => ['no network "lan"']),
  ]);
  expect(failure).toHaveProperty(
    'message',
    [
      'the preflight found 2 problems, nothing was changed',
      'no template "debian-13"  (install-vault preflight.hypervisor)',
      'no network "lan"  (install-vault preflight.hypervisor, install-vault preflight.separation)',
      'To go on without a check: --ignore-preflight hypervisor separation',
    ].join('\n'),
  );
  expect(asked, 'an answer is not asked for again').toBe(1);
});

test('a question that got no answer is asked again', async () => {
  let asked = 0;
  const failure = await failureWith([
    asking('mirror', async () => {
      asked += 1;
      if (asked === 1) throw new ApiError('mirror', 'GET', '/', 0, 'reset', true);
      return ['401'];
    }),
  ]);
  expect(failure).toHaveProperty('message', expect.stringContaining('401  (install-vault preflight.mirror)'));
  expect(asked).toBe(2);
});

test('a check that is ignored by name is not asked', async () => {
  const outcome = await failureWith([asking('space', async () => ['too small'])], ['space']);
  expect(outcome).toMatchObject({ state: 'done', preflight: [] });
});
