import type { Machine } from '../../../../config/machine.js';
import { PermanentError } from '../../../errors.js';
import { forEachMachine } from '../../../host/for-each-machine.js';
import type { StepContext } from '../../../role.js';
import { gogsUnitName } from './settings.js';

/** How Gogs stands on a machine. */
export type Standing = { machine: Machine; isEnabled: boolean; isRunning: boolean };

/** How Gogs stands on every machine, in one round trip each. */
export async function standings(context: StepContext): Promise<Standing[]> {
  const { machines, secrets, signal } = context;
  const script = `systemctl is-enabled ${gogsUnitName} 2>/dev/null || :
systemctl is-active ${gogsUnitName} 2>/dev/null || :
`;
  return forEachMachine(context, machines, async (machine, host) => {
    const { stdout } = await host.run(script, {
      signal,
      redact: secrets.redact,
      label: 'ask whether Gogs runs',
    });
    const said = stdout.split('\n');
    return { machine, isEnabled: said.includes('enabled'), isRunning: said.includes('active') };
  });
}

/**
 * The machine whose Gogs serves: the one where it starts at boot, which a take-over changes; before there is one, the first.
 * @throws PermanentError when more than one would
 */
export function activeAmong(found: readonly Standing[]): Machine {
  const enabled = found.filter(({ isEnabled }) => isEnabled).map(({ machine }) => machine);
  const [first = found[0]?.machine, ...more] = enabled;
  if (first === undefined) throw new PermanentError('the plan has no machine of Gogs');
  if (more.length === 0) return first;
  const names = enabled.map(({ name }) => name).join(' and ');
  throw new PermanentError(
    `${names} would both serve Gogs, each with repositories of its own. Choose the one whose repositories you want; on the other type: systemctl disable --now ${gogsUnitName}. Then: socle retry`,
  );
}

export async function activeMachine(context: StepContext): Promise<Machine> {
  return activeAmong(await standings(context));
}
