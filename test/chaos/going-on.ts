import { setTimeout as sleep } from 'node:timers/promises';
import proto from '@temporalio/proto';
import type { Client } from '@temporalio/client';
import { isOfScript, type JournalTail } from './journal-tail.js';

const { EventType } = proto.temporal.api.enums.v1;
/** What shows that work goes on: a step that was done, or a workflow that went on to its end. */
const signsOfWork: ReadonlySet<number> = new Set([
  EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
  EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
]);
const lookEveryMs = 100;
const answerWithinMs = 1_000;

export type Watched = {
  client: Client;
  journal: JournalTail;
  /** The run and its phases; what is not there yet is passed over. */
  workflowIds: readonly string[];
  /** With realistic waits nothing may end for 40 s while clones are made: then a step's heartbeat must do. */
  countHeartbeats: boolean;
};

/**
 * How long after `sinceMs` work went on: until a script of a living worker had an effect, or a step was completed.
 * @returns milliseconds, at most `withinMs`.
 */
export async function goesOnAfter(
  { client, journal, workflowIds, countHeartbeats }: Watched,
  sinceMs: number,
  withinMs: number,
): Promise<number> {
  const look = async (id: string): Promise<number[]> => [
    ...(await endsSince(client, id, sinceMs)),
    ...(countHeartbeats ? await heartbeatsOf(client, id) : []),
  ];
  for (;;) {
    const effects = (await journal.read()).filter(isOfScript).map(({ at }) => Date.parse(at));
    const steps = await Promise.all(workflowIds.map((id) => look(id).catch(() => [])));
    const signs = [...effects, ...steps.flat()].filter((at) => at > sinceMs);
    const waited = Date.now() - sinceMs;
    if (signs.length > 0) return Math.min(...signs) - sinceMs;
    if (waited >= withinMs) return withinMs;
    await sleep(lookEveryMs);
  }
}

/** When steps ended, by a workflow's last events. @throws while the server is away or the workflow has not begun. */
async function endsSince(client: Client, workflowId: string, sinceMs: number): Promise<number[]> {
  const { history } = await client.connection.withDeadline(Date.now() + answerWithinMs, () =>
    client.workflowService.getWorkflowExecutionHistoryReverse({
      namespace: client.options.namespace,
      execution: { workflowId },
      maximumPageSize: 100,
    }),
  );
  return (history?.events ?? [])
    .filter(({ eventType }) => signsOfWork.has(eventType ?? 0))
    .map(({ eventTime }) => milliseconds(eventTime))
    .filter((at) => at > sinceMs);
}

/** When steps that are under way beat last. @throws as `endsSince` does. */
async function heartbeatsOf(client: Client, workflowId: string): Promise<number[]> {
  const { raw } = await client.connection.withDeadline(Date.now() + answerWithinMs, () =>
    client.workflow.getHandle(workflowId).describe(),
  );
  return (raw.pendingActivities ?? []).map(({ lastHeartbeatTime }) => milliseconds(lastHeartbeatTime));
}

function milliseconds(time: proto.google.protobuf.ITimestamp | null | undefined): number {
  return Number(time?.seconds ?? 0) * 1_000 + (time?.nanos ?? 0) / 1e6;
}
