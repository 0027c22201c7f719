import type { PlanGate } from './plan-types.js';
import type { PhaseName } from './phases.js';
import type { Site } from './site.js';

/** The approval that the site file asks for before a phase; undefined when the phase starts unasked. */
export function gateBefore(site: Site, phase: PhaseName): PlanGate | undefined {
  const approval = site.approvals.find(({ before }) => before === phase);
  if (!approval) return undefined;
  const { approvals, starterMayApprove, expiresAfter, onExpiry } = approval;
  return {
    approvals,
    starterMayApprove,
    onExpiry,
    ...(expiresAfter !== undefined && { expiresAfterSeconds: durationSeconds(expiresAfter) }),
  };
}

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Seconds of a duration such as `90s`, `30m`, `12h` or `7d`, whose form the site file's schema has checked. */
export function durationSeconds(text: string): number {
  const unit = text.slice(-1) as keyof typeof unitSeconds;
  return Number(text.slice(0, -1)) * unitSeconds[unit];
}
