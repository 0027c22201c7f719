import type { ProfileName } from './declaration.js';
import type { Plan } from './plan-types.js';
import { scheduleLength } from './schedule.js';

/** Seconds of one step on a datacentre of middling speed: medians of `npm run bench` with realistic waits, rounded. */
const usualSeconds: Record<ProfileName, number> = { quick: 1, host: 4, packages: 30, clone: 30, wait: 30 };

const usualClones = 8;

/** What each phase of a plan usually takes, in milliseconds, gates left out. */
export function expectedPhaseMs(plan: Plan): Map<string, number> {
  const profiles = new Map<string, ProfileName>(
    plan.phases.flatMap(({ roles }) =>
      roles.flatMap(({ name, steps }) => steps.map(({ id, profile }) => [`${name}.${id}`, profile] as const)),
    ),
  );
  const duration = (role: string, step: string): number => {
    // Without --prune it has the time to delete machines, and only lists them.
    const listsOnly = step === 'surplus' && !plan.prune;
    return usualSeconds[(listsOnly ? undefined : profiles.get(`${role}.${step}`)) ?? 'quick'] * 1000;
  };
  return new Map(
    plan.phases.map((phase) => [
      phase.name,
      scheduleLength({ ...plan, phases: [phase] }, duration, usualClones),
    ]),
  );
}
