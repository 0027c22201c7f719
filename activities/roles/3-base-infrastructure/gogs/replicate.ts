import type { Machine } from '../../../../config/machine.js';
import { runOn } from '../../../host/run-on.js';
import { resultOf, type Step, type StepContext } from '../../../role.js';
import { activeMachine } from './active.js';
import { otherOf } from './replication.js';
import { replica } from './settings.js';

/** A first copy on the machine that stands by; the timer keeps it new. Nothing where there is one machine. */
export const replicateStep: Step = {
  id: 'replicate',
  title: 'copy on the machine that stands by',
  on: 'site',
  profile: 'host',
  after: ['install-gogs.platform'],
  check: async (context) => resultOf(await replicationProblems(context, await activeMachine(context))),
  apply: async (context) => {
    const active = await activeMachine(context);
    const other = otherOf(active, context.machines);
    if (other === undefined) return [];
    await runOn(context, active, `systemctl start ${replica.unit}\n`, 'copy Gogs');
    return [`${other.name}: copy of what ${active.name} holds`];
  },
};

/** Reads only. @param active the machine that serves */
export async function replicationProblems(context: StepContext, active: Machine): Promise<string[]> {
  const other = otherOf(active, context.machines);
  if (other === undefined) return [];
  const ask = async (machine: Machine, script: string): Promise<string> =>
    (await runOn(context, machine, script, 'ask for the copy of Gogs')).trim();
  const [copy, result] = await Promise.all([
    ask(other, `test -s ${replica.copy} && echo there || :\n`),
    ask(active, `systemctl show --property=Result --value ${replica.unit}\n`),
  ]);
  return [
    ...(copy === '' ? [`${other.name}: no copy of what ${active.name} holds`] : []),
    ...(result === 'success'
      ? []
      : [`${active.name}: the last copy failed. Look: journalctl -u ${replica.unit} on ${active.name}`]),
  ];
}
