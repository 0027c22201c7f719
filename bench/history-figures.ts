import type { Client } from '@temporalio/client';
import type { StepInput } from '../config/plan-types.js';
import type { StepDuration } from '../config/schedule.js';

export type HistoryFigures = {
  workflowId: string;
  events: number;
  bytes: number;
  largestPayloadBytes: number;
};

/** Size of one run's history, and how long each of its steps was at work. */
export type RunFigures = { histories: HistoryFigures[]; durations: StepDuration; activities: number };

/** Reads the histories of a run and its phases. */
export async function runFigures(
  client: Client,
  workflowId: string,
  children: readonly string[],
): Promise<RunFigures> {
  const durations = new Map<string, number>();
  const histories: HistoryFigures[] = [];
  for (const id of [workflowId, ...children]) {
    const history = await client.workflow.getHandle(id).fetchHistory();
    const events = history.events ?? [];
    const scheduled = new Map<string, string>();
    const started = new Map<string, number>();
    let largestPayloadBytes = 0;
    for (const event of events) {
      const at = milliseconds(event.eventTime);
      const input = event.activityTaskScheduledEventAttributes?.input?.payloads?.[0]?.data;
      if (input) {
        const step = JSON.parse(Buffer.from(input).toString('utf8')) as Partial<StepInput>;
        scheduled.set(String(event.eventId), `${step.role} ${step.step} ${step.target}`);
      }
      if (event.activityTaskStartedEventAttributes)
        started.set(String(event.activityTaskStartedEventAttributes.scheduledEventId), at);
      const completed = event.activityTaskCompletedEventAttributes;
      if (completed)
        durations.set(
          scheduled.get(String(completed.scheduledEventId)) ?? '',
          at - (started.get(String(completed.scheduledEventId)) ?? at),
        );
      largestPayloadBytes = Math.max(largestPayloadBytes, ...payloadSizes(event));
    }
    histories.push({
      workflowId: id,
      events: events.length,
      bytes: JSON.stringify(history).length,
      largestPayloadBytes,
    });
  }
  return {
    histories,
    activities: durations.size,
    durations: (role, step, target) => durations.get(`${role} ${step} ${target}`) ?? 0,
  };
}

function payloadSizes(value: unknown): number[] {
  if (value instanceof Uint8Array) return [value.length];
  if (value === null || typeof value !== 'object') return [0];
  return Object.values(value).flatMap(payloadSizes);
}

type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

function milliseconds(time: Timestamp): number {
  return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}
