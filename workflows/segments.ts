import type { PlanStep } from '../config/plan-types.js';

/**
 * A stretch of a role's steps without a barrier inside. `pipeline`: each target goes through all its steps without
 * waiting for others. `barrier`: one step on its targets, entered when all before it is done. `rolling`: the same, one
 * target after the other.
 */
export type Segment = { kind: 'pipeline' | 'barrier' | 'rolling'; steps: PlanStep[] };

/** Splits the steps of a role: consecutive `each` steps form one pipeline, everything else stands alone. */
export function segmentsOf(steps: readonly PlanStep[]): Segment[] {
  const segments: Segment[] = [];
  for (const step of steps) {
    const last = segments.at(-1);
    const kind = step.rolling ? 'rolling' : step.on === 'each' ? 'pipeline' : 'barrier';
    if (kind === 'pipeline' && last?.kind === 'pipeline') last.steps.push(step);
    else segments.push({ kind, steps: [step] });
  }
  return segments;
}
