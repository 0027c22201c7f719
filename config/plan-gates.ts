import type { PlanGate } from './plan-types.js';
import type { PhaseName } from './phases.js';
import type { Site } from './site.js';
import { durationSeconds } from './site/duration.js';

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
