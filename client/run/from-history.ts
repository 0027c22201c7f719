import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { deploymentInput } from '../../config/deployment-input.js';
import { phases } from '../../config/phases.js';
import { pairsOf } from '../../config/plan.js';
import type { Plan } from '../../config/plan-types.js';
import type { NoWorker, RunView } from './view.js';

type HistoryEvent = proto.temporal.api.history.v1.IHistoryEvent;
type Child = { workflowId: string; runId: string };

const answerWithinMs = 5_000;

/** Steps done in a phase's history of this length: without a worker it hardly grows, and it may hold 10,000 events. */
const counted = new Map<string, number>();

/** How far a run is, from histories and descriptions alone: what can be known while no worker answers. */
export async function readFromHistory(
  client: Client,
  { workflowId, runId }: Pick<RunView, 'workflowId' | 'runId'>,
  taskQueue: string,
): Promise<NoWorker> {
  // First, and with a limit: when the server is away, not the worker, this soon says so.
  const lastSeenMs = await client.connection.withDeadline(Date.now() + answerWithinMs, () =>
    lastPolledMs(client, taskQueue),
  );
  const events = await eventsOf(client, { workflowId, runId });
  const { plan } = await deploymentInput(client, events[0]);
  const children = events.flatMap(({ childWorkflowExecutionStartedEventAttributes: started }): Child[] => {
    const { workflowId: id, runId: first } = started?.workflowExecution ?? {};
    return id && first ? [{ workflowId: id, runId: first }] : [];
  });
  const below = (child: Child): string => child.workflowId.slice(workflowId.length + 1);
  // `<phase>/check` and `<phase>/preflight` belong to the gate before the phase, `preflight` to none.
  const current = children
    .map((child) => plan.phases.find(({ name }) => name === below(child).split('/')[0]))
    .findLast((phase) => phase !== undefined);
  const done = await Promise.all(
    plan.phases.map(async ({ name }) => {
      const child = children.findLast((candidate) => below(candidate) === name);
      return child ? stepsDone(client, child, runId, plan) : 0;
    }),
  );
  return {
    taskQueue,
    ...(lastSeenMs !== undefined && { lastSeenMs }),
    ...(current && { phase: current.number }),
    phases: phases.length,
    stepsDone: done.reduce((sum, steps) => sum + steps, 0),
    stepsTotal: stepsOf(plan),
  };
}

function stepsOf(plan: Plan): number {
  return plan.phases
    .map((phase) => ({ ...phase, roles: phase.roles.filter((role) => role.available) }))
    .reduce((sum, phase) => sum + pairsOf(plan, phase), 0);
}

/** Counts the step activities of a phase that ended well; what else an activity may be, such as an order, is no step. */
async function stepsDone(client: Client, child: Child, parentRunId: string, plan: Plan): Promise<number> {
  const { runId, historyLength } = await newestOf(client, child, parentRunId);
  const key = `${runId}#${historyLength}`;
  const known = counted.get(key);
  if (known !== undefined) return known;
  const steps = new Set(
    plan.phases.flatMap((phase) =>
      phase.roles.flatMap((role) => role.steps.map((step) => `${role.name}.${step.id}`)),
    ),
  );
  const events = await eventsOf(client, { workflowId: child.workflowId, runId });
  const scheduled = new Map(
    events.map((event) => [
      String(event.eventId),
      event.activityTaskScheduledEventAttributes?.activityType?.name ?? '',
    ]),
  );
  const done = events.filter(({ activityTaskCompletedEventAttributes: completed }) =>
    steps.has(scheduled.get(String(completed?.scheduledEventId)) ?? ''),
  ).length;
  counted.set(key, done);
  return done;
}

/** A phase that was reset has a newer run of the same parent; the id alone may also find another run's phase. */
async function newestOf(
  client: Client,
  child: Child,
  parentRunId: string,
): Promise<{ runId: string; historyLength: number }> {
  const newest = await client.workflow.getHandle(child.workflowId).describe();
  if (newest.parentExecution?.runId === parentRunId) return newest;
  return client.workflow.getHandle(child.workflowId, child.runId).describe();
}

async function eventsOf(client: Client, { workflowId, runId }: Child): Promise<HistoryEvent[]> {
  return (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
}

/** When a worker last asked for work; the server remembers it for some minutes. */
async function lastPolledMs(client: Client, taskQueue: string): Promise<number | undefined> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  const seen = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  const last = Math.max(0, ...seen);
  return last > 0 ? last : undefined;
}
