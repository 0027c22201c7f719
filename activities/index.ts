import type { AcceptInput, StepInput, StepOutcome } from '../config/plan-types.js';
import { acceptPlan } from './accept-plan.js';
import { executablesOf, type AnyRole } from './registry.js';
import { runStep } from './run-step.js';
import { orderTargets } from './order-targets.js';

type Activity = (input: never) => Promise<unknown>;

/** The activities of a worker: `plan.accept`, and one for each step, verify and preflight check of each role. */
export function createActivities(roles: readonly AnyRole[]): Record<string, Activity> {
  const executables = new Map(roles.flatMap((role) => [...executablesOf(role)]));
  const known = new Set(executables.keys());
  const activities: Record<string, Activity> = {
    'plan.accept': (input: AcceptInput): Promise<void> => acceptPlan(input, known),
  };
  for (const [name, executable] of executables) {
    activities[name] = (input: StepInput): Promise<StepOutcome> => runStep(executable, input);
    if (executable.kind === 'step' && executable.step.order)
      activities[`${name}.order`] = (input: StepInput): Promise<string[]> =>
        orderTargets(executable.step, input);
  }
  return activities;
}
