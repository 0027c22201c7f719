import { expect, test } from 'vitest';
import { retryDelayMs } from '../../activities/retry-delay.js';
import { activityOptions } from '../../workflows/profiles.js';

test('pauses double with each failure that a step reports, up to the longest of its profile', () => {
  const policy = { initialInterval: 1_000, maximumInterval: 30_000 };
  expect([1, 2, 3, 4, 5, 6].map((failures) => retryDelayMs(policy, failures))).toEqual([
    2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ]);
  expect(retryDelayMs({ maximumInterval: 5_000 }, 3)).toBe(5_000);
  expect(retryDelayMs(undefined, 1)).toBeUndefined();
});

test('after lost workers the pause stays the same and short: with the heartbeat timeout at most 11 s', () => {
  for (const profile of ['quick', 'host', 'packages', 'clone', 'wait'] as const) {
    const options = activityOptions(profile, 'queue', 'summary');
    expect(options.retry?.backoffCoefficient, profile).toBe(1);
    expect(
      parseInt(String(options.retry?.initialInterval)) + parseInt(String(options.heartbeatTimeout)),
    ).toBeLessThanOrEqual(11);
  }
});
