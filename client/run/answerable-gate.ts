import type { GateProgress } from '../../workflows/progress.js';
import type { RunView } from './view.js';

/** The open gate that this person may still answer; the starter and whoever approved already may not. */
export function answerableGate(view: RunView, who: string): GateProgress | undefined {
  const gate = view.progress?.gates.at(-1);
  if (view.status !== 'RUNNING' || gate?.state !== 'open') return undefined;
  if (!gate.starterMayApprove && view.progress?.startedBy === who) return undefined;
  return gate.approvals.some((approval) => approval.who === who) ? undefined : gate;
}
