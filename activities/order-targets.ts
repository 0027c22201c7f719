import { Context } from '@temporalio/activity';
import type { StepInput } from '../config/plan-types.js';
import { PermanentError } from './errors.js';
import { toFailure } from './failure.js';
import { readPlan } from './plan-reader.js';
import type { Step } from './role.js';
import { stepContext } from './step-context.js';

/** Asks a rolling step for the order of its targets, such as the leader last. */
export async function orderTargets(step: Step, input: StepInput): Promise<string[]> {
  const { client, cancellationSignal } = Context.current();
  const context = stepContext(
    await readPlan(client, input.planRun, input.hash),
    input,
    cancellationSignal,
    () => undefined,
  );
  try {
    if (!step.order) throw new PermanentError(`${step.id} has no order`);
    return await step.order(context);
  } catch (error) {
    throw toFailure(error, 1, context.secrets.redact);
  }
}
