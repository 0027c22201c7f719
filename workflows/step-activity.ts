import {
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  log,
  proxyActivities,
} from '@temporalio/workflow';
import type { ProfileName } from '../config/declaration.js';
import type { StepInput } from '../config/plan-types.js';
import { activityOptions, maximumAttemptsOf, maximumReissues } from './profiles.js';

/** One activity on behalf of a step: its name, where it runs and how the Web UI shows it. */
export type StepCall = {
  name: string;
  profile: ProfileName;
  taskQueue: string;
  summary: string;
  input: StepInput;
};

/** A step that has no attempts left; `ownFailures` is how often it failed by itself. Never leaves the phase. */
export class StepFailed extends Error {
  constructor(
    readonly reason: unknown,
    readonly ownFailures: number,
  ) {
    super('a step failed');
  }
}

/**
 * Runs an activity of a step. An attempt that was lost with its worker does not count, however many there are: what
 * the step itself reported before is carried over, and the activity is issued again with the attempts that are left.
 * @throws StepFailed when the step reported as many failures as its profile allows, or one that no retry helps.
 */
export async function runStepActivity<Result>(call: StepCall): Promise<Result> {
  const { name, profile, taskQueue, summary, input } = call;
  const maximum = maximumAttemptsOf(profile);
  let ownFailures = 0;
  for (let reissues = 0; ; reissues += 1) {
    const options = activityOptions(profile, taskQueue, summary, maximum - ownFailures);
    const activities = proxyActivities<Record<string, (input: StepInput) => Promise<Result>>>(options);
    try {
      return await activities[name]!(input);
    } catch (error) {
      const reported = reportedBy(error);
      ownFailures += reported ?? 1;
      const lost = reported !== undefined && ownFailures < maximum && reissues < maximumReissues;
      if (!lost) throw new StepFailed(error, ownFailures);
      log.warn('a step lost its worker and is issued again', { step: name, target: input.target, reissues });
    }
  }
}

/** How often the step had failed by itself when its attempts were used up; undefined when that is beside the point. */
function reportedBy(error: unknown): number | undefined {
  if (!(error instanceof ActivityFailure)) return undefined;
  const { cause } = error;
  if (cause instanceof TimeoutFailure)
    return cause.timeoutType === 'HEARTBEAT' ? (ownFailuresIn(cause.lastHeartbeatDetails) ?? 0) : undefined;
  if (!(cause instanceof ApplicationFailure) || cause.nonRetryable === true) return undefined;
  return ownFailuresIn(cause.details?.[0]);
}

function ownFailuresIn(details: unknown): number | undefined {
  return (details as { ownFailures?: number } | null | undefined)?.ownFailures;
}
