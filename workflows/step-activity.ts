import {
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  log,
  proxyActivities,
} from '@temporalio/workflow';
import type { PlanStep, StepInput, StepOutcome } from '../config/plan-types.js';
import { activityOptions, maximumAttemptsOf, maximumReissues } from './profiles.js';

type StepActivities = Record<string, (input: StepInput) => Promise<StepOutcome>>;

/**
 * Runs one step on one target as an activity named `<role>.<step>`.
 * An attempt that was lost with its worker is issued again without counting; what the step itself reported is thrown.
 */
export async function runStepActivity(
  step: PlanStep,
  taskQueue: string,
  input: StepInput,
): Promise<StepOutcome> {
  const options = activityOptions(step.profile, taskQueue, `${input.target}: ${step.title}`);
  const name = `${input.role}.${input.step}`;
  for (let reissues = 0; ; reissues += 1) {
    try {
      return await proxyActivities<StepActivities>(options)[name]!(input);
    } catch (error) {
      if (reissues >= maximumReissues || !wasLost(error, step)) throw error;
      log.warn('a step lost its worker and is issued again', { step: name, target: input.target, reissues });
    }
  }
}

/** True when the attempts were used up by lost workers rather than by failures that the step reported. */
function wasLost(error: unknown, step: PlanStep): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  const { cause } = error;
  if (cause instanceof TimeoutFailure) return cause.timeoutType === 'HEARTBEAT';
  if (!(cause instanceof ApplicationFailure) || cause.nonRetryable === true) return false;
  const reported = cause.details?.[0] as { ownFailures?: number } | undefined;
  return reported?.ownFailures !== undefined && reported.ownFailures < maximumAttemptsOf(step.profile);
}
