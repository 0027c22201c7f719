import type { Preflight, StepContext } from '../../role.js';
import { hypervisorOf } from './hypervisor-of.js';
import { machineSpecOf } from './machine-spec-of.js';
import { separationGroups } from './separation-groups.js';

/** Both roles ask about all machines of the plan: space for half of them says nothing. */
export const provisioningPreflights: readonly Preflight[] = [
  {
    name: 'hypervisor',
    title: 'the hypervisor lets Socle make these machines',
    kind: 'site',
    check: async (context) => {
      const hypervisor = await hypervisorOf(context.site, context.secrets);
      if (hypervisor === undefined) return withoutHostKey(context);
      const specs = await Promise.all(
        context.plan.machines.map((machine) => machineSpecOf(machine, context)),
      );
      return hypervisor.problems(specs, context);
    },
  },
  {
    name: 'separation',
    title: 'there are enough hosts to keep pairs and masters apart',
    kind: 'site',
    check: async (context) => {
      const hypervisor = await hypervisorOf(context.site, context.secrets);
      if (hypervisor === undefined) return [];
      const { hosts } = await hypervisor.capacity(context);
      return separationGroups(context.plan.machines)
        .filter((group) => group.machines.length > hosts)
        .map(
          (group) =>
            `${group.name} has ${group.machines.length} machines, but only ${hosts} hosts are usable: some will share one`,
        );
    },
  },
];

function withoutHostKey({ plan }: StepContext): string[] {
  return plan.machines
    .filter((machine) => machine.existingHostKey === undefined)
    .map(
      (machine) =>
        `machines.${machine.name}.hostKey is missing: of a machine that another team delivers Socle must know the host key`,
    );
}
