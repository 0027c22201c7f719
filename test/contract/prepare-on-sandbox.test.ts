import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import type { Role } from '../../activities/role.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const names = ['vault-1', 'vault-2', 'apps-master-1', 'dmz-node-1'];
const role = prepareVms as unknown as Role;

let under: MachinesUnderTest;
beforeAll(async () => {
  under = await MachinesUnderTest.boot(names);
});
afterAll(() => under.close());

test.each(role.steps.map((step) => step.id))(
  'step %s does its work once and finds it done afterwards',
  async (id) => {
    const step = role.steps.find((candidate) => candidate.id === id)!;
    const targets = step.on === 'site' ? [under.plan.site.name] : names;
    for (const target of targets) {
      const context = under.context(role, target);
      const before = await step.check(context);
      if (before.state === 'todo') await step.apply(context);
      expect(await step.check(context), target).toEqual({ state: 'done' });
    }
  },
);

test('verify agrees, and a second pass finds nothing to do', async () => {
  const effects = under.journal.entries().length;
  for (const target of names) {
    const context = under.context(role, target);
    expect(await role.verify(context), target).toEqual({ state: 'done' });
    for (const step of role.steps)
      if (step.on !== 'site')
        expect(await step.check(context), `${step.id} ${target}`).toEqual({ state: 'done' });
  }
  expect(
    under.journal
      .entries()
      .slice(effects)
      .filter(({ effect }) => effect !== 'write'),
  ).toEqual([]);
});
