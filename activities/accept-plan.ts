import { CancelledFailure, Context, ApplicationFailure } from '@temporalio/activity';
import proto from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import type { AcceptInput, Plan } from '../config/plan-types.js';
import { inTheWay } from './in-the-way.js';
import { readPlan } from './plan-reader.js';

const pollMs = 2_000;

/**
 * Accepts a plan: its hash is right, this worker knows every step, every task queue has a poller, and nothing that
 * it must not work beside is still open, such as a phase of an earlier run of the site (for that it waits, saying so in its
 * heartbeat).
 * @throws ApplicationFailure, not retryable, naming every mismatch.
 */
export async function acceptPlan(input: AcceptInput, known: ReadonlySet<string>): Promise<void> {
  const { client, cancellationSignal } = Context.current();
  const plan = await readPlan(client, input.planRun, input.hash);
  const unknown = stepNames(plan).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw ApplicationFailure.nonRetryable(
      `this worker does not know ${unknown.join(', ')}: client and worker are of different versions. Update the worker, then start again.`,
      'VersionMismatch',
    );
  await refuseIdleQueues(client, input.queues);
  for (;;) {
    const open = await inTheWay(client, plan, input.planRun);
    if (open.length === 0) return;
    Context.current().heartbeat({
      target: plan.site.name,
      resource: `waits for ${open.join(', ')}`,
      ownFailures: 0,
    });
    await Promise.race([new Promise((resolve) => setTimeout(resolve, pollMs)), Context.current().cancelled]);
    if (cancellationSignal.aborted) throw new CancelledFailure('canceled');
  }
}

function stepNames(plan: Plan): string[] {
  return [...plan.phases.flatMap((phase) => phase.roles), ...plan.assumed]
    .filter((role) => role.available)
    .flatMap((role) => [
      ...role.steps.map((step) => `${role.name}.${step.id}`),
      ...role.preflight.map((check) => `${role.name}.preflight.${check.name}`),
    ]);
}

async function refuseIdleQueues(client: Client, queues: readonly string[]): Promise<void> {
  const idle: string[] = [];
  for (const queue of queues) {
    const answer = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: queue },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    if ((answer.pollers ?? []).length === 0) idle.push(queue);
  }
  // Retryable: a worker that has just started may not have polled yet.
  if (idle.length > 0)
    throw ApplicationFailure.retryable(
      `no worker polls the task queue ${idle.join(', ')}. Start one: socle worker`,
      'IdleTaskQueue',
    );
}
