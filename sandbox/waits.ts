import type { Waits } from './runtime.js';

/** Milliseconds on a busy vCenter with spinning disks; estimates, to be replaced by a customer's own figures. */
const realistic = { clone: 40_000, boot: 20_000, task: 2_000, package: 12_000, request: 30 } as const;

const scale = { none: 0, short: 1 / 40, realistic: 1 } as const;

/**
 * Simulated durations of a profile, spread by a tenth both ways. The spread comes from the seed, so a run can be had
 * again.
 */
export function createWaits(profile: Waits['profile'], seed: number): Waits {
  let state = seed >>> 0;
  const random = (): number => {
    // Mulberry32: four lines, good enough to spread durations.
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { profile, ms: (what) => Math.round(realistic[what] * scale[profile] * (0.9 + random() * 0.2)) };
}
