import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import type { Role, StepContext } from '../../activities/role.js';

const role = prepareVms as unknown as Role;

/** Machines after phase 1, which the role's steps are tried on. */
export type MachinesToPrepare = {
  siteName: string;
  names: readonly string[];
  /** The context of one step, as run-step would make it. */
  context: (role: Role, target: string) => StepContext;
  /** What was done to the machines so far, where somebody keeps a journal of it. */
  effects?: () => unknown[];
  close: () => Promise<void>;
};

/** What prepare-vms makes of any machine, by the scripts of the host-state compiler. */
export function preparationContract(name: string, make: () => Promise<MachinesToPrepare>): void {
  describe(`prepare-vms on ${name}`, () => {
    let machines: MachinesToPrepare;
    beforeAll(async () => {
      machines = await make();
    });
    afterAll(async () => {
      closeHosts();
      await machines.close();
    });

    test.each(role.steps.map((step) => step.id))(
      'step %s does its work once and finds it done afterwards',
      async (id) => {
        const step = role.steps.find((candidate) => candidate.id === id)!;
        for (const target of step.on === 'site' ? [machines.siteName] : machines.names) {
          const context = machines.context(role, target);
          const before = await step.check(context);
          if (before.state === 'todo') await step.apply(context);
          expect(await step.check(context), target).toEqual({ state: 'done' });
        }
      },
    );

    test('verify agrees, and a second pass finds nothing to do', async () => {
      const effects = machines.effects?.().length;
      for (const target of machines.names) {
        const context = machines.context(role, target);
        expect(await role.verify(context), target).toEqual({ state: 'done' });
        for (const step of role.steps)
          if (step.on !== 'site')
            expect(await step.check(context), `${step.id} ${target}`).toEqual({ state: 'done' });
      }
      expect(machines.effects?.().length).toBe(effects);
    });
  });
}
