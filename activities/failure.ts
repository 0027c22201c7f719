import { ApplicationFailure } from '@temporalio/activity';
import { ApplicationFailureCategory } from '@temporalio/common';
import { UserError } from '../config/errors.js';
import { ApiError, CheckFailedError, NotReadyError, PermanentError, SshCommandError } from './errors.js';

/** Room for all pairs that a firewall blocks; a workflow shortens what it keeps of single machines. */
const longestMessage = 8_000;

/** What the workflow reads of a failure: how often the step has failed by itself. */
export type FailureDetails = { ownFailures: number };

/**
 * The one place that decides what is tried again. The message is cleared of secrets and carries no stack;
 * an error that nobody foresaw is tried again, since a retry is always safe.
 */
export function toFailure(
  error: unknown,
  ownFailures: number,
  redact: (text: string) => string,
  delayMs?: number,
): ApplicationFailure {
  const details: [FailureDetails] = [{ ownFailures }];
  const message = redact(error instanceof Error ? error.message : String(error)).slice(0, longestMessage);
  const failure = ApplicationFailure.create({
    message,
    type: typeOf(error),
    nonRetryable: isPermanent(error),
    ...(delayMs !== undefined && { nextRetryDelay: delayMs }),
    details,
  });
  // The stack names source files and would stand in every history.
  failure.stack = '';
  return failure;
}

/**
 * The attempt ends because its worker stops: another takes over at once, and it is no failure of the step. Answering
 * Canceled would not do: the server refuses that where nobody asked for it, and waits for the heartbeat timeout.
 */
export function shutdownFailure(ownFailures: number): ApplicationFailure {
  const details: [FailureDetails] = [{ ownFailures }];
  const failure = ApplicationFailure.create({
    message: 'the worker was stopped',
    type: 'WorkerShutdown',
    nextRetryDelay: '1 second',
    category: ApplicationFailureCategory.BENIGN,
    details,
  });
  failure.stack = '';
  return failure;
}

function isPermanent(error: unknown): boolean {
  if (error instanceof ApiError) return !error.retryable;
  return error instanceof PermanentError || error instanceof UserError;
}

function typeOf(error: unknown): string {
  const known = [ApiError, CheckFailedError, NotReadyError, PermanentError, SshCommandError, UserError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).name;
  return error instanceof Error ? error.constructor.name : 'Error';
}
