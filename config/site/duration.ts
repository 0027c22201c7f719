import { text } from './text.js';

const secondsPer = { m: 60, h: 3600, d: 86_400 } as const;

/** A whole number of minutes, hours or days: `30m`, `12h`, `7d`. */
export const Duration = text(
  /^[1-9]\d{0,4}[mhd]$/,
  'a duration',
  'Write a number and m, h or d, such as 30m, 12h or 7d',
);

/** `7d` → 604800. The text must have passed `Duration`. */
export function durationSeconds(duration: string): number {
  return Number(duration.slice(0, -1)) * secondsPer[duration.slice(-1) as keyof typeof secondsPer];
}
