import type { RetryPolicy } from '@temporalio/common';

/**
 * The pause after a failure that a step reported: two seconds, doubled with each failure of its own up to the policy's
 * longest. An attempt that was lost with its worker waits for the policy's first interval, a second, so that work goes on
 * soon however many workers were lost before.
 * @returns milliseconds; undefined when the server told no policy.
 */
export function retryDelayMs(policy: RetryPolicy | undefined, ownFailures: number): number | undefined {
  const longest = Number(policy?.maximumInterval);
  return longest > 0 ? Math.min(longest, 1_000 * 2 ** Math.max(1, ownFailures)) : undefined;
}
