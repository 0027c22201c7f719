import { applicationGroups } from '../../../config/machine.js';
import type { RoleName } from '../../../config/phases.js';
import type { Hypervisor, MachineFacts } from '../../clients/hypervisor.js';
import { done, todo, type CheckResult, type Step, type StepContext } from '../../role.js';
import { hypervisorOf } from './hypervisor-of.js';
import { onHypervisor } from './on-hypervisor.js';

/** Last step of a role: names the site's machines that the plan does not have; with `--prune` it deletes them. */
export function surplusStep(role: RoleName): Step {
  return {
    id: 'surplus',
    title: 'machines that the plan no longer has',
    on: 'site',
    profile: 'clone',
    besidesPlan: true,
    check: onHypervisor(async (hypervisor, context) => {
      const machines = await surplusOf(role, hypervisor, context);
      if (context.plan.prune || machines.length === 0) return toDelete(machines);
      return { state: 'done', notes: machines.map(noteOf) };
    }),
    apply: (context) => deleteSurplus(role, context),
  };
}

/** Last step of removing a role: deletes what earlier plans of the site had and this one has not. */
export function surplusRemoval(role: RoleName): Step {
  return {
    id: 'surplus',
    title: 'delete machines that the plan no longer has',
    on: 'site',
    profile: 'clone',
    queue: 'hypervisor',
    outlivesMachines: true,
    check: onHypervisor(async (hypervisor, context) => toDelete(await surplusOf(role, hypervisor, context))),
    apply: (context) => deleteSurplus(role, context),
  };
}

/**
 * The role's machines that bear the site's mark and are none of the plan's, by name or by identity: one that was renamed
 * in the hypervisor is still the planned machine.
 */
async function surplusOf(
  role: RoleName,
  hypervisor: Hypervisor,
  context: StepContext,
): Promise<MachineFacts[]> {
  const { machines } = context.plan;
  const planned = new Set(machines.flatMap(({ name, instanceUuid }) => [name, instanceUuid.toLowerCase()]));
  return (await hypervisor.ownedMachines(context))
    .filter(({ name, instanceUuid }) => !planned.has(name) && !planned.has(instanceUuid.toLowerCase()))
    .filter(({ name }) => roleOf(name) === role)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The role whose groups a machine's name tells; names of no known group are the infrastructure's. */
function roleOf(name: string): RoleName {
  const group = name.replace(/-\d+$/, '');
  return applicationGroups.some((known) => known === group)
    ? 'provisionnement-vms-apps'
    : 'provisionnement-vms-infra';
}

function toDelete(machines: readonly MachineFacts[]): CheckResult {
  if (machines.length === 0) return done;
  return todo(
    'machines are left that the plan no longer has',
    machines.map(({ name }) => `delete ${name}`),
  );
}

/** Whoever reads it has the site file, the worker that writes it has not. */
function noteOf({ name }: MachineFacts): string {
  return `${name} is in the hypervisor but not in the plan; remove it with: socle deploy FILE --prune`;
}

async function deleteSurplus(role: RoleName, context: StepContext): Promise<string[]> {
  const hypervisor = await hypervisorOf(context.site, context.secrets);
  if (hypervisor === undefined) return [];
  const deleted: string[] = [];
  for (const machine of await surplusOf(role, hypervisor, context)) {
    await hypervisor.removeMachine(machine, context);
    deleted.push(`deleted ${machine.name}`);
  }
  return deleted;
}
