import type { AcceptInput, BackupsInput, StepInput, StepOutcome } from '../config/plan-types.js';
import { acceptPlan } from './accept-plan.js';
import { requireBackups } from './backup/require-backups.js';
import { scheduleBackups } from './backup/schedule-backups.js';
import { declarationOf, executablesOf, type AnyRole } from './registry.js';
import { runStep } from './run-step.js';
import { orderTargets } from './order-targets.js';

type Activity = (input: never) => Promise<unknown>;

/** The activities of a worker: `plan.accept`, two about the site's backups, and one for each step, verify and preflight check of each role. */
export function createActivities(roles: readonly AnyRole[]): Record<string, Activity> {
  const executables = new Map(roles.flatMap((role) => [...executablesOf(role)]));
  const known = new Set(executables.keys());
  const declarations = roles.map(declarationOf);
  const activities: Record<string, Activity> = {
    'plan.accept': (input: AcceptInput): Promise<void> => acceptPlan(input, known),
    'backups.require': (input: BackupsInput): Promise<void> => requireBackups(input, declarations),
    'backups.schedule': (input: BackupsInput): Promise<void> => scheduleBackups(input, declarations),
  };
  for (const [name, executable] of executables) {
    activities[name] = (input: StepInput): Promise<StepOutcome> => runStep(executable, input);
    if (executable.kind === 'step' && executable.step.order)
      activities[`${name}.order`] = (input: StepInput): Promise<string[]> =>
        orderTargets(executable.step, input);
  }
  return activities;
}
