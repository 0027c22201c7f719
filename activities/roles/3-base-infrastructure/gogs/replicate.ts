import { hostOf } from '../../../host/host-of.js';
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
  check: async (context) => resultOf(await replicationProblems(context)),
  apply: async (context) => {
    const active = await activeMachine(context);
    const other = otherOf(active, context.machines);
    if (other === undefined) return [];
    await sendCopy(context);
    return [`${other.name}: copy of what ${active.name} holds`];
  },
};

/** Reads only. */
export async function replicationProblems(context: StepContext): Promise<string[]> {
  const active = await activeMachine(context);
  const other = otherOf(active, context.machines);
  if (other === undefined) return [];
  const ask = async (machine: typeof active, script: string): Promise<string> =>
    (await run(context, machine, script, 'ask for the copy of Gogs')).trim();
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

/** Sends a copy now from the machine that serves. */
export async function sendCopy(context: StepContext): Promise<void> {
  await run(context, await activeMachine(context), `systemctl start ${replica.unit}\n`, 'copy Gogs');
}

async function run(
  context: StepContext,
  machine: Awaited<ReturnType<typeof activeMachine>>,
  script: string,
  label: string,
): Promise<string> {
  const { signal, secrets } = context;
  const host = await hostOf(context, machine);
  return (await host.run(script, { signal, redact: secrets.redact, label })).stdout;
}
