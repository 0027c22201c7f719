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

/**
 * How long after `sinceMs` work went on: until a script of a living worker had an effect, or a step was completed.
 * @param workflowIds of the run and its phases; what is not there yet is passed over.
 * @returns milliseconds, at most `withinMs`.
 */
export async function goesOnAfter(
  { client, journal, workflowIds }: { client: Client; journal: JournalTail; workflowIds: readonly string[] },
  sinceMs: number,
  withinMs: number,
): Promise<number> {
  for (;;) {
    const effects = (await journal.read()).filter(isOfScript).map(({ at }) => Date.parse(at));
    const steps = await Promise.all(workflowIds.map((id) => newestSign(client, id, sinceMs)));
    const signs = [...effects, ...steps.flatMap((at) => at ?? [])].filter((at) => at > sinceMs);
    const waited = Date.now() - sinceMs;
    if (signs.length > 0) return Math.min(...signs) - sinceMs;
    if (waited >= withinMs) return withinMs;
    await sleep(lookEveryMs);
  }
}

/** The first sign of work after `sinceMs` among a workflow's last events; undefined while there is none to be had. */
async function newestSign(client: Client, workflowId: string, sinceMs: number): Promise<number | undefined> {
  try {
    const { history } = await client.connection.withDeadline(Date.now() + answerWithinMs, () =>
      client.workflowService.getWorkflowExecutionHistoryReverse({
        namespace: client.options.namespace,
        execution: { workflowId },
        maximumPageSize: 100,
      }),
    );
    const times = (history?.events ?? [])
      .filter(({ eventType }) => signsOfWork.has(eventType ?? 0))
      .map(({ eventTime }) => Number(eventTime?.seconds ?? 0) * 1_000 + (eventTime?.nanos ?? 0) / 1e6)
      .filter((at) => at > sinceMs);
    return times.length > 0 ? Math.min(...times) : undefined;
  } catch {
    // The server is away, or the phase has not begun: the next look may find something.
    return undefined;
  }
}
