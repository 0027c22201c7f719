import { hashOf } from './canonical-json.js';
import { backupOperation } from './data-roles.js';
import type { RoleDeclaration } from './declaration.js';
import { buildPlan } from './plan.js';
import type { DeploymentInput, Plan, RunOptions } from './plan-types.js';
import type { RoleName } from './phases.js';

/** The id of the Temporal schedule of a site's backups, which the ids of the runs that it starts begin with. */
export function backupScheduleId(site: string): string {
  return `backup/${site}`;
}

/** How a run that the schedule starts is named as the one who started it. */
export const scheduleStarter = 'the schedule';

/**
 * What each scheduled run is started with: the operation `backup` of these roles as one plan. What one of them fails at
 * keeps no other from being saved.
 * @param deployed the plan of the deployment, whose site and machines it takes over
 */
export function scheduledBackup(
  { site, machines, virtualAddresses }: Plan,
  roles: readonly RoleName[],
  declarations: readonly RoleDeclaration[],
  options: Pick<RunOptions, 'stateAttribute' | 'taskQueue' | 'hypervisorQueue'>,
): DeploymentInput {
  const plan = buildPlan({
    site,
    inventory: { machines, virtualAddresses },
    declarations,
    mode: 'operation',
    operation: { role: roles, name: backupOperation },
  });
  return {
    plan,
    hash: hashOf(plan),
    options: {
      startedBy: scheduleStarter,
      onFailure: 'continue',
      approveAll: false,
      ignorePreflight: [],
      ...options,
    },
  };
}
