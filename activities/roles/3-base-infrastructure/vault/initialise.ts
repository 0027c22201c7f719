import { NotReadyError, PermanentError } from '../../../errors.js';
import { hostOf } from '../../../host/host-of.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import { initialisationPlace } from './initialisation-place.js';
import { initialisationOf, keep } from './kept-initialisation.js';
import { answered, nodeOn } from './nodes.js';
import { keepOn, keptAnywhere, recordsOf } from './records.js';
import { vaultUnitName } from './server-settings.js';

/** The first node is started alone, so that what it is initialised with is kept before any other can join it. */
export const initialiseStep: Step = {
  id: 'initialise',
  title: 'initialise once',
  on: 'first',
  profile: 'host',
  after: ['install-vault.configuration'],
  check: async (context) => {
    const [record] = await recordsOf(context, [context.machine]);
    return record?.state === 'kept' ? done : todo('no initialisation is kept here');
  },
  apply: async (context) => {
    const { machine } = context;
    const kept = await keptAnywhere(context);
    if (kept !== undefined) {
      await keepOn(context, machine, kept);
      return [`${machine.name}: what another machine kept of the initialisation`];
    }
    await initialiseFirst(context);
    return [`${machine.name}: Vault is initialised and its answer is kept`];
  },
};

async function initialiseFirst(context: StepContext): Promise<void> {
  const { site, machine, machines, secrets, signal, progress } = context;
  const { isInitialised } = await import('../../../clients/vault/initialise.js');
  const { initialiseOnce } = await import('./initialise-once.js');
  const host = await hostOf(context, machine);
  progress('start the first node');
  await host.run(`systemctl start ${vaultUnitName}\n`, { signal, label: 'start Vault' });
  const first = await nodeOn(context, machine);
  if ((await answered(context, () => isInitialised(first))) === undefined)
    throw new NotReadyError(`Vault at ${first.url}`, 'its unit runs and it does not answer');
  const nodes = await Promise.all(
    machines.filter(({ name }) => name !== machine.name).map((other) => nodeOn(context, other)),
  );
  const answering = await Promise.all(nodes.map((node) => answered(context, () => isInitialised(node))));
  progress('initialise');
  await initialiseOnce({
    first,
    others: nodes.filter((_, index) => answering[index] !== undefined),
    place: initialisationPlace(host, context),
    wanted: await wantedOf(context),
    seal: (answer) => keep(site, secrets, answer),
  });
}

async function wantedOf({ site, secrets }: StepContext): ReturnType<typeof initialisationOf> {
  try {
    return await initialisationOf(site, secrets);
  } catch (error) {
    throw new PermanentError((error as Error).message);
  }
}
