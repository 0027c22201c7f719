import { randomUUID } from 'node:crypto';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RunOptions } from '../../config/plan-types.js';
import { exitCodes, UserError } from '../../config/errors.js';
import { defaultTaskQueue, hypervisorQueue } from '../../config/temporal.js';
import type { deploymentWorkflow } from '../../workflows/deployment.js';
import type { Connected } from '../connect.js';
import type { PlannedSite } from '../plan-site.js';
import { refuseShortRetention } from './retention.js';

/** What the person who starts a run decides. */
export type StartOptions = Pick<
  RunOptions,
  'startedBy' | 'onFailure' | 'approveAll' | 'ignorePreflight' | 'freshBackups'
>;

export type StartedRun = { workflowId: string; runId: string };

/**
 * Starts a run of the plan. A site has one run at a time; a dry run stands beside it under an id of its own.
 * @throws UserError when a run of the site is under way, or the namespace would forget it too soon.
 */
export async function startRun(
  connected: Connected,
  { plan, hash }: PlannedSite,
  options: StartOptions,
): Promise<StartedRun> {
  await refuseShortRetention(connected);
  const { name, hypervisor } = plan.site;
  const workflowId = plan.mode === 'check' ? `check/${name}/${randomUUID()}` : `site/${name}`;
  const taskQueue = process.env['SOCLE_TASK_QUEUE'] ?? defaultTaskQueue;
  const stateAttribute = await hasStateAttribute(connected);
  try {
    const handle = await connected.client.workflow.start<typeof deploymentWorkflow>('deploymentWorkflow', {
      workflowId,
      taskQueue,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `${name}: ${plan.mode} by ${options.startedBy}`,
      memo: { site: name, mode: plan.mode, hash, startedBy: options.startedBy },
      args: [
        {
          plan,
          hash,
          options: {
            ...options,
            stateAttribute,
            taskQueue,
            // Machines of another team are never cloned, so no worker polls a queue for it.
            hypervisorQueue: hypervisor.kind === 'existing' ? taskQueue : hypervisorQueue(hypervisor.kind),
          },
        },
      ],
    });
    return { workflowId, runId: handle.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UserError(
      `A run of ${name} is under way. Watch it: socle watch ${name}   Stop it: socle cancel ${name}`,
      exitCodes.failed,
    );
  }
}

async function hasStateAttribute({ client, namespace }: Connected): Promise<boolean> {
  const answer = await client.connection.operatorService.listSearchAttributes({ namespace });
  return answer.customAttributes?.['SocleState'] !== undefined;
}
