import type { RoleName } from '../../../config/phases.js';
import type { Hypervisor, MachineSpec } from '../../clients/hypervisor.js';
import { PermanentError } from '../../errors.js';
import { done, todo, type Step, type StepContext } from '../../role.js';
import { compareShape } from './compare-machine.js';
import type * as HostKeyModule from './host-key.js';
import { hypervisorOf } from './hypervisor-of.js';
import { machineSpecOf } from './machine-spec-of.js';
import { onHypervisor } from './on-hypervisor.js';
import { separationGroups } from './separation-groups.js';
import { surplusStep } from './surplus.js';

/** Makes the role's machines: clone all, keep them apart, switch them on, wait until each answers; names what is too much. */
export function provisioningSteps(role: RoleName): readonly Step[] {
  return [
    {
      id: 'clone',
      title: 'clone from the template',
      on: 'each',
      profile: 'clone',
      queue: 'hypervisor',
      check: onHypervisor(compareShape),
      apply: async (context) => {
        const hypervisor = await hypervisorOf(context.site, context.secrets);
        if (hypervisor === undefined) return;
        const spec = await machineSpecOf(context.machine, context);
        const made = await hypervisor.ensureMachine(spec, context);
        await refuseColdResize(role, hypervisor, spec, context);
        const changes = await hypervisor.reshape(spec, context);
        return [made === 'created' ? `created from ${spec.template}` : 'found and adopted', ...changes];
      },
    },
    {
      id: 'separate',
      title: 'keep pairs and masters on different hosts',
      on: 'site',
      profile: 'quick',
      after: [`${role}.clone`],
      check: onHypervisor(async (hypervisor, context) => {
        const changes = await hypervisor.separationDifference(separationGroups(context.machines), context);
        return changes.length === 0 ? done : todo('machines are not kept apart', changes);
      }),
      apply: async (context) => {
        const hypervisor = await hypervisorOf(context.site, context.secrets);
        return hypervisor?.ensureSeparation(separationGroups(context.machines), context);
      },
    },
    {
      id: 'power-on',
      title: 'power on',
      on: 'each',
      profile: 'clone',
      after: [`${role}.clone`],
      check: onHypervisor(async (hypervisor, context) => {
        const facts = await hypervisor.machineFacts(context.machine, context);
        if (facts?.power === 'on') return done;
        return todo(facts === undefined ? 'does not exist' : `is ${facts.power}`, ['power on']);
      }),
      apply: async (context) =>
        (await hypervisorOf(context.site, context.secrets))?.powerOn(context.machine, context),
    },
    {
      id: 'answer',
      title: 'answer SSH with the known host key and let Socle in',
      on: 'each',
      profile: 'wait',
      after: [`${role}.power-on`],
      check: async (context) => {
        const answer = await (await hostKeys()).askHostKey(context);
        if (answer.state === 'known') return done;
        return todo((await hostKeys()).describeAnswer(answer));
      },
      apply: async (context) => (await hostKeys()).awaitHostKey(context),
      // To wait for an answer changes nothing; that it came is what the check asks.
      converge: async (context) => {
        await (await hostKeys()).awaitHostKey(context);
        return { changes: [], after: done };
      },
    },
    surplusStep(role),
  ];
}

/** Deletes the role's machines and their rules. */
export const removalSteps: readonly Step[] = [
  {
    id: 'unseparate',
    title: 'remove separation rules',
    on: 'site',
    profile: 'quick',
    outlivesMachines: true,
    check: onHypervisor(async (hypervisor, context) => {
      const present = await rulesOf(hypervisor, context);
      return present.length === 0
        ? done
        : todo(
            'separation rules are left',
            present.map((name) => `remove the rule of ${name}`),
          );
    }),
    apply: async (context) => {
      const hypervisor = await hypervisorOf(context.site, context.secrets);
      if (hypervisor === undefined) return;
      return hypervisor.removeSeparation(await rulesOf(hypervisor, context), context);
    },
  },
  {
    id: 'destroy',
    title: 'power off and delete with all disks',
    on: 'each',
    profile: 'clone',
    queue: 'hypervisor',
    outlivesMachines: true,
    check: onHypervisor(async (hypervisor, context) => {
      const facts = await hypervisor.machineFacts(context.machine, context);
      // A foreign machine of that name is none of this site's.
      return facts?.siteUuid === context.site.uuid ? todo('still exists', [`delete ${facts.name}`]) : done;
    }),
    apply: async (context) =>
      (await hypervisorOf(context.site, context.secrets))?.removeMachine(context.machine, context),
  },
];

/** One machine after the other: off, reshaped where it had to be off for that, on, answering. Once per run. */
export const restartSteps: readonly Step[] = [
  {
    id: 'restart',
    title: 'shut down, apply the planned size, power on, answer',
    on: 'each',
    profile: 'clone',
    rolling: true,
    check: onHypervisor(async (hypervisor, context) => {
      const facts = await hypervisor.machineFacts(context.machine, context);
      if (
        facts?.power === 'on' &&
        facts.restartedBy === context.runId &&
        (await (await hostKeys()).askHostKey(context)).state === 'known'
      )
        return done;
      return todo('was not restarted by this run', ['restart']);
    }),
    apply: async (context) => {
      const hypervisor = await hypervisorOf(context.site, context.secrets);
      const changes = await hypervisor?.restart(
        await machineSpecOf(context.machine, context),
        context.runId,
        context,
      );
      await (await hostKeys()).awaitHostKey(context);
      return ['restarted', ...(changes ?? [])];
    },
  },
];

/** The role's groups that have a rule, those too that shrank to one machine since. */
async function rulesOf(hypervisor: Hypervisor, context: StepContext): Promise<string[]> {
  const groups = new Set<string>(context.machines.map(({ group }) => group));
  return (await hypervisor.separations(context)).filter((name) => groups.has(name));
}

/** A running machine is not switched off behind its users' back: a person says when, one machine after the other. */
async function refuseColdResize(
  role: RoleName,
  hypervisor: Hypervisor,
  spec: MachineSpec,
  context: StepContext,
): Promise<void> {
  const facts = await hypervisor.machineFacts(spec, context);
  if (facts === undefined) return;
  const { changes, needsPowerOff } = hypervisor.difference(spec, facts);
  if (needsPowerOff)
    throw new PermanentError(
      `${spec.name} is running and must be restarted for: ${changes.join(', ')}. Then: socle run ${role} restart ${spec.name}`,
    );
}

type HostKeys = Pick<typeof HostKeyModule, 'askHostKey' | 'awaitHostKey' | 'describeAnswer'>;

/** Planning imports this file; it loads no SSH. */
function hostKeys(): Promise<HostKeys> {
  return import('./host-key.js');
}
