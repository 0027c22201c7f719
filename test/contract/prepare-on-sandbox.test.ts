import { expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import type { Role, Step } from '../../activities/role.js';
import { MachinesUnderTest } from './sandbox-machines.js';
import { preparationContract } from './preparation-contract.js';

const names = ['vault-1', 'vault-2', 'apps-master-1', 'dmz-node-1'];

preparationContract('the sandbox', async () => {
  const under = await MachinesUnderTest.boot(names);
  return {
    siteName: under.plan.site.name,
    names,
    context: (role, target) => under.context(role, target),
    effects: () => under.journal.entries().filter(({ effect }) => effect !== 'write'),
    close: () => under.close(),
  };
});

test('a machine trusts the authorities from its first boot on, and no more the root of a platform that gave it back', async () => {
  const name = 'vault-3';
  const role = prepareVms as unknown as Role;
  const under = await MachinesUnderTest.boot([name]);
  const [base, undo] = [role.steps[0]!, role.remove[0]!];
  const context = under.context(role, name);
  const lacking = async (): Promise<string[]> => {
    const result = await base.check(context);
    return (result.state === 'todo' ? result.changes! : []).filter((change) =>
      change.includes('not trusted'),
    );
  };
  expect(await lacking()).toEqual([]);
  await base.apply(context);
  await undo.apply(context);
  expect(await lacking()).toEqual([expect.stringContaining('/socle-platform.crt: not trusted')]);
  await base.apply(context);
  expect(await lacking()).toEqual([]);
  closeHosts();
  await under.close();
});

test('what prepare-vms did is taken back once, and can be done again', async () => {
  const name = 'vault-1';
  const role = prepareVms as unknown as Role;
  const under = await MachinesUnderTest.boot([name]);
  const once = async (steps: readonly Step[]): Promise<string[]> => {
    const states: string[] = [];
    for (const step of steps.filter(({ on }) => on === 'each')) {
      const context = under.context(role, name);
      const { state } = await step.check(context);
      states.push(state);
      if (state === 'todo') await step.apply(context);
      expect(await step.check(context), step.id).toEqual({ state: 'done' });
    }
    return states;
  };
  await once(role.steps);
  expect(await once(role.remove)).toEqual(['todo']);
  expect(await once(role.remove)).toEqual(['done']);
  expect(await once(role.steps)).toContain('todo');
  closeHosts();
  await under.close();
});
