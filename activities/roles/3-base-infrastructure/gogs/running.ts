import { runOn } from '../../../host/run-on.js';
import { resultOf, type Step } from '../../../role.js';
import { activeAmong, standings, type Standing } from './active.js';
import { gogsAt } from './gogs-at.js';
import { gogsUnitName } from './settings.js';

/** One Gogs runs, and starts at boot; the other of two does neither. */
export const runningStep: Step = {
  id: 'running',
  title: 'start the one that serves',
  on: 'site',
  profile: 'host',
  after: ['install-gogs.configuration'],
  check: async (context) => resultOf(standingProblems(await standings(context))),
  apply: async (context) => {
    const found = await standings(context);
    const active = activeAmong(found);
    const changes: string[] = [];
    // First the passive one stops: two must never write what each takes for the same repositories.
    const last = (standing: Standing): number => (standing.machine === active ? 1 : 0);
    for (const standing of [...found].sort((one, other) => last(one) - last(other))) {
      const [problem] = standingProblems([standing], active.name);
      if (problem === undefined) continue;
      const { machine } = standing;
      context.progress(machine.name);
      const verb = machine === active ? 'enable' : 'disable';
      const script = `systemctl --quiet ${verb} --now ${gogsUnitName}\n`;
      await runOn(context, machine, script, 'start or stop Gogs');
      changes.push(`${machine.name}: ${machine === active ? 'started' : 'stopped'}`);
    }
    await (await gogsAt(context, active)).answers();
    return changes;
  },
};

/** What is not as it must be, a line each. */
export function standingProblems(found: readonly Standing[], active = activeAmong(found).name): string[] {
  return found.flatMap(({ machine: { name }, isEnabled, isRunning }) => {
    if (name !== active) return isEnabled || isRunning ? [`${name}: Gogs runs and is the passive one`] : [];
    return isEnabled && isRunning ? [] : [`${name}: Gogs does not run, or would not start at boot`];
  });
}
