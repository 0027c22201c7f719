import type { RetryPolicy } from '@temporalio/common';

/**
 * The pause after a failure that a step reported: the policy's first interval, doubled with each failure of its own up to
 * the policy's longest. An attempt that was lost with its worker waits for the first interval alone, so that work goes on
 * soon however many workers were lost before.
 * @returns milliseconds; undefined when the server told no policy.
 */
export function retryDelayMs(policy: RetryPolicy | undefined, ownFailures: number): number | undefined {
  const [first, longest] = [Number(policy?.initialInterval), Number(policy?.maximumInterval)];
  if (!(first > 0) || !(longest > 0)) return undefined;
  return Math.min(longest, first * 2 ** Math.max(0, ownFailures - 1));
}
