import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { hashOf } from '../../config/canonical-json.js';
import type { Plan } from '../../config/plan-types.js';
import type { ParkedStep } from '../../workflows/progress.js';

/** How an answer reaches a workflow. */
export type Way = 'update' | 'signal';

/** Sends an answer; an Update returns what the workflow said, a Signal nothing. */
export async function send(
  handle: WorkflowHandle,
  way: Way,
  verb: string,
  argument: unknown,
  updateId: string = randomUUID(),
): Promise<string | undefined> {
  if (way === 'update') return handle.executeUpdate<string, [unknown]>(verb, { args: [argument], updateId });
  await handle.signal(verb, argument);
  return undefined;
}

/** The text with which an Update was refused. */
export async function refusal(sent: Promise<unknown>): Promise<string> {
  try {
    await sent;
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? '';
    throw error;
  }
  throw new Error('the update was accepted');
}

/** A gate answer that is right unless `more` says otherwise. */
export function gateAnswer(
  plan: Plan,
  gate: string,
  who: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return { gate, hash: hashOf(plan), who, comment: '', ...more };
}

/** A park answer that is right unless `more` says otherwise. */
export function parkAnswer(
  plan: Plan,
  park: ParkedStep,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    step: `${park.role}.${park.step}`,
    target: park.target,
    park: park.park,
    hash: hashOf(plan),
    who: 'operator',
    reason: 'known',
    ...more,
  };
}

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;

export async function eventsOf(handle: WorkflowHandle): Promise<HistoryEvent[]> {
  return (await handle.fetchHistory()).events ?? [];
}

/** Workflow tasks that failed: each would be tried again for ever. */
export async function failedTasks(handle: WorkflowHandle): Promise<number> {
  return (await eventsOf(handle)).filter((event) => event.workflowTaskFailedEventAttributes).length;
}

/** The failure that a run ended with: its message and the first of its details. */
export async function failureOf(
  handle: WorkflowHandle,
): Promise<{ name: string; message: string; details: unknown }> {
  try {
    await handle.result();
  } catch (error) {
    const cause = (error as { cause?: Error & { details?: unknown[] } }).cause;
    return { name: cause?.name ?? '', message: cause?.message ?? '', details: cause?.details?.[0] };
  }
  throw new Error('the run succeeded');
}
