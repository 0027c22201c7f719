import { z } from 'zod';
import { declarationOf, type AnyRole } from '../../activities/registry.js';
import { defineRole, done, type Step } from '../../activities/role.js';
import type { Plan } from '../../config/plan-types.js';
import type { Site } from '../../config/site.js';
import { phase, planOf, role } from './plans.js';

/** Environment variable that the test plans name as their master key. */
export const masterKeyName = 'SOCLE_TEST_MASTER_KEY';

/** A role of one step on the first machine, run by the real adapter; `verify` finds all well. */
export function roleOf(
  step: Pick<Step, 'check' | 'apply'> & Partial<Step>,
  more: Partial<AnyRole> = {},
): AnyRole {
  return defineRole({
    name: 'install-vault',
    title: 'Vault',
    groups: ['vault'],
    needs: [],
    inputs: z.json(),
    preflight: [],
    steps: [{ id: 'a', title: 'a', on: 'first', profile: 'quick', ...step }],
    verify: async () => done,
    remove: [],
    operations: {},
    ...more,
  });
}

/** A plan over one machine that holds what the real adapter reads. */
export function planFor(real: AnyRole): Plan {
  const { name, steps, preflight } = declarationOf(real);
  const plain = steps.map(({ id, title, on, profile }) => ({ id, title, on, profile }));
  const checks = preflight.map(({ name: check, title, kind }) => ({ name: check, title, kind }));
  const plan = planOf([phase(3, 'base-infrastructure', [role(name, plain, { preflight: checks })])], 1);
  const secrets = { master: `env:${masterKeyName}`, versions: { hostKeys: 1, operatorKey: 1 } };
  plan.site = { ...plan.site, secrets } as unknown as Site;
  return plan;
}
