import type { Machine } from '../../../../config/machine.js';
import { NotReadyError, PermanentError } from '../../../errors.js';
import { runOn } from '../../../host/run-on.js';
import { quote } from '../../../host/quote.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import { copyLibrary } from './copy.js';
import { gogsAt } from './gogs-at.js';
import { otherOf } from './replication.js';
import { gogsUnitName, replica } from './settings.js';

/** How a machine stands when it is asked whatever state it is in. */
type Found = { machine: Machine; answers: boolean; isEnabled: boolean; isRunning: boolean; chosenIn: string };

/** On the machine that takes over: the run that chose it, so that an attempt after this one chooses no other. */
const mark = '/var/lib/socle/gogs-takes-over';

const label = 'take over';

/** Stops first, so that nothing is pushed that no copy has. Where no copy can be sent, it serves on. */
const lastCopy = `rm -f ${mark}
systemctl --quiet disable --now ${gogsUnitName}
if sh ${replica.script} last; then exit 0; fi
systemctl --quiet enable --now ${gogsUnitName}
exit 1
`;

/**
 * The machine that stands by begins to serve with the copy that it has. When the other one answers it stops and
 * sends what it has last; when it does not, what was pushed since the last copy is lost.
 */
export const takeOverStep: Step = {
  id: 'switch',
  title: 'serve from the machine that stands by',
  on: 'site',
  profile: 'host',
  check: async (context) => {
    const all = await lookAtAll(context);
    const chosen = all.find(({ chosenIn }) => chosenIn === context.runId);
    return chosen?.isEnabled === true && chosen.isRunning ? done : todo('not taken over in this run');
  },
  apply: async (context) => {
    const { runId, progress } = context;
    const all = await lookAtAll(context);
    const to = targetOf(all, runId);
    const from = all.find(({ machine }) => machine !== to.machine);
    if (!to.answers) throw new NotReadyError(`${to.machine.name}, which stands by`, 'it does not answer');
    await runOn(
      context,
      to.machine,
      `mkdir -p /var/lib/socle && printf %s ${quote(runId)} >${mark}\n`,
      label,
    );
    const changes: string[] = [];
    if (from?.answers === true) {
      progress(`last copy from ${from.machine.name}`);
      await runOn(context, from.machine, lastCopy, label);
      changes.push(`${from.machine.name}: stopped`);
    } else
      changes.push(
        `${from?.machine.name ?? 'the other machine'}: does not answer; what was pushed since its last copy is lost. When it is back, type on it: systemctl disable --now ${gogsUnitName}`,
      );
    progress(`serve from ${to.machine.name}`);
    const said = await runOn(
      context,
      to.machine,
      `set -eu
if [ ! -s ${replica.copy} ]; then echo 'no copy'; exit 0; fi
${copyLibrary}if ! systemctl is-enabled --quiet ${gogsUnitName}; then unpack ${replica.copy}; fi
systemctl --quiet enable --now ${gogsUnitName}
`,
      label,
    );
    if (said.trim() !== '')
      throw new PermanentError(`${to.machine.name} has no copy of Gogs that it could serve`);
    await (await gogsAt(context, to.machine)).answers();
    return [...changes, `${to.machine.name}: serves`];
  },
};

/** The one that this run chose already; else the one that does not serve now. */
function targetOf(all: readonly Found[], runId: string): Found {
  const chosen = all.find(({ chosenIn }) => chosenIn === runId);
  if (chosen !== undefined) return chosen;
  const serving = all.find(({ isEnabled }) => isEnabled) ?? all.find(({ answers }) => !answers) ?? all[0];
  const other =
    serving &&
    otherOf(
      serving.machine,
      all.map(({ machine }) => machine),
    );
  const target = all.find(({ machine }) => machine === other);
  if (target !== undefined) return target;
  throw new PermanentError('one machine of Gogs: no other one stands by. From 500 users on there are two');
}

async function lookAtAll(context: StepContext): Promise<Found[]> {
  const script = `systemctl is-enabled ${gogsUnitName} 2>/dev/null || :
systemctl is-active ${gogsUnitName} 2>/dev/null || :
printf 'run:%s\\n' "$(cat ${mark} 2>/dev/null || :)"
`;
  return Promise.all(
    context.machines.map(async (machine): Promise<Found> => {
      const said = await runOn(context, machine, script, label).catch((error: unknown) => {
        context.signal.throwIfAborted();
        if (error instanceof NotReadyError) return undefined;
        throw error;
      });
      const lines = said?.split('\n') ?? [];
      return {
        machine,
        answers: said !== undefined,
        isEnabled: lines.includes('enabled'),
        isRunning: lines.includes('active'),
        chosenIn: lines.find((line) => line.startsWith('run:'))?.slice(4) ?? '',
      };
    }),
  );
}
