import { CancelledFailure, Context, type ApplicationFailure } from '@temporalio/activity';
import { PermanentError } from './errors.js';
import { shutdownFailure, toFailure } from './failure.js';
import type { HeartbeatDetails } from './heartbeat.js';
import { retryDelayMs } from './retry-delay.js';
import type { StepContext } from './role.js';

/**
 * What an attempt that did not succeed tells the workflow, and the next attempt by its last heartbeat. Counts as the
 * step's own failure unless its worker stops, or the plan could not be read yet (`context` is missing).
 * @param before failures of the step in earlier attempts.
 */
export function attemptEnd(
  error: unknown,
  target: string,
  before: number,
  context: Pick<StepContext, 'secrets'> | undefined,
): ApplicationFailure | CancelledFailure {
  const activity = Context.current();
  if (activity.cancellationDetails?.workerShutdown) return shutdownFailure(before);
  if (activity.cancellationSignal.aborted || error instanceof CancelledFailure)
    return new CancelledFailure('stopped at a safe point');
  const ownFailures = context || error instanceof PermanentError ? before + 1 : before;
  activity.heartbeat({ target, resource: 'failed', ownFailures } satisfies HeartbeatDetails);
  const delayMs = retryDelayMs(activity.info.retryPolicy, ownFailures);
  return toFailure(error, ownFailures, (text) => context?.secrets.redact(text) ?? text, delayMs);
}
