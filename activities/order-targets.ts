import { Context } from '@temporalio/activity';
import type { StepInput } from '../config/plan-types.js';
import { attemptEnd } from './attempt-end.js';
import { PermanentError } from './errors.js';
import { startHeartbeat, type HeartbeatDetails } from './heartbeat.js';
import { readPlan } from './plan-reader.js';
import type { Step, StepContext } from './role.js';
import { stepContext } from './step-context.js';

/** Asks a rolling step for the order of its targets, such as the leader last. */
export async function orderTargets(step: Step, input: StepInput): Promise<string[]> {
  const { client, cancellationSignal, info } = Context.current();
  const before = (info.heartbeatDetails as HeartbeatDetails | undefined)?.ownFailures ?? 0;
  const heartbeat = startHeartbeat(() => ({ target: input.target, resource: 'order', ownFailures: before }));
  let context: StepContext | undefined;
  try {
    const plan = await readPlan(client, input.planRun, input.hash);
    context = stepContext(plan, input, cancellationSignal, () => undefined);
    if (!step.order) throw new PermanentError(`${step.id} has no order`);
    return await step.order(context);
  } catch (error) {
    throw attemptEnd(error, input.target, before, context);
  } finally {
    heartbeat.stop();
  }
}
