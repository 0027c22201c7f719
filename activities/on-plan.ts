import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { Secrets } from '../config/secrets.js';
import type { Plan, PlanRun } from '../config/plan-types.js';
import { attemptEnd } from './attempt-end.js';
import { startHeartbeat, type HeartbeatDetails } from './heartbeat.js';
import { readPlan } from './plan-reader.js';
import { secretsOf } from './step-context.js';

/** What an activity is given that is about a plan as a whole. */
export type OnPlan = { plan: Plan; client: Client; secrets: Secrets; signal: AbortSignal };

/** Runs what belongs to no role's step the way steps are run: with a heartbeat, and one error mapper. */
export async function onPlan<Result>(
  { planRun, hash }: { planRun: PlanRun; hash: string },
  resource: string,
  work: (on: OnPlan) => Promise<Result>,
): Promise<Result> {
  const { info, cancellationSignal, client } = Context.current();
  const target = planRun.workflowId;
  const before = (info.heartbeatDetails as HeartbeatDetails | undefined)?.ownFailures ?? 0;
  const heartbeat = startHeartbeat(() => ({ target, resource, ownFailures: before }));
  let secrets: Secrets | undefined;
  try {
    const plan = await readPlan(client, planRun, hash);
    secrets = secretsOf(plan, hash);
    return await work({ plan, client, secrets, signal: cancellationSignal });
  } catch (error) {
    throw attemptEnd(error, target, before, secrets && { secrets });
  } finally {
    heartbeat.stop();
  }
}
