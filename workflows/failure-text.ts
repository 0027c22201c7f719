import { ActivityFailure, ChildWorkflowFailure, TimeoutFailure } from '@temporalio/workflow';

/** What a person is told of a failed step: the step's own words, at most 1,000 characters. */
export function failureText(error: unknown): string {
  return describe(error).slice(0, 1_000);
}

function describe(error: unknown): string {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure)
    return describe(error.cause ?? new Error(error.message));
  if (error instanceof TimeoutFailure) return `no end within the time allowed (${error.timeoutType})`;
  return error instanceof Error ? error.message : String(error);
}
