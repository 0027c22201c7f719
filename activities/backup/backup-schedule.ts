import { ScheduleOverlapPolicy, type ScheduleOptions } from '@temporalio/client';
import { backupScheduleId } from '../../config/scheduled-backup.js';
import type { DeploymentInput } from '../../config/plan-types.js';
import { PermanentError } from '../errors.js';

/** Of several times that Temporal slept through within this long, one is made up for: the others find that one running. */
const catchupWindow = '7 days';

/**
 * A failed run is started again after 15, 30 and 60 minutes: what was in its way, such as a deployment that restarts
 * Vault, has passed by then.
 */
const retry = { initialInterval: '15 minutes', backoffCoefficient: 2, maximumAttempts: 4 } as const;

/**
 * When the backups of a site are made, and what is started then. The server adds the time to the id of each run.
 * @see https://docs.temporal.io/schedule
 */
export function backupSchedule(input: DeploymentInput): Omit<ScheduleOptions, 'scheduleId' | 'state'> {
  const { plan, hash, options } = input;
  const { name, backup } = plan.site;
  if (backup === undefined) throw new PermanentError(`${name} has no backup target`);
  return {
    spec: { cronExpressions: [backup.schedule], timezone: 'UTC' },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: 'deploymentWorkflow',
      workflowId: backupScheduleId(name),
      taskQueue: options.taskQueue,
      args: [input],
      retry,
      staticSummary: `${name}: scheduled backup`,
      memo: {
        site: name,
        mode: plan.mode,
        hash,
        startedBy: options.startedBy,
        roles: plan.phases.flatMap(({ roles }) => roles.map((role) => role.name)),
      },
    },
  };
}
