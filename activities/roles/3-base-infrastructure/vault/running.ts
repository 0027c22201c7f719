import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../../config/machine.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { NotReadyError, PermanentError } from '../../../errors.js';
import { hostOf } from '../../../host/host-of.js';
import { resultOf, type CheckResult, type Step, type StepContext } from '../../../role.js';
import { sharesIn } from './kept-initialisation.js';
import { answered, nodeOn, type VaultContext } from './nodes.js';
import { keepOn, keptAnywhere, recordsOf } from './records.js';
import { vaultUnitName } from './server-settings.js';
import { startedWith, startsWith } from './unit.js';

const servesWithinMs = 60_000;
const askEveryMs = 300;
/** An attempt of this step may take ten minutes. */
const custodiansWithinMs = 8 * 60_000;
const askCustodiansEveryMs = 2_000;

/** Each node runs what was configured, is open, and stands by or leads; one after the other, the leader last. */
export const runningStep: Step = {
  id: 'running',
  title: 'start, open and join',
  on: 'each',
  profile: 'host',
  rolling: true,
  ordered: true,
  after: ['install-vault.initialise'],
  order: leaderLast,
  check: nodeProblems,
  apply: async (context) => {
    const { machine } = context;
    const changes: string[] = [];
    const kept = await keptAnywhere(context);
    if (kept === undefined) throw new NotReadyError('Vault to be initialised', 'no machine keeps its answer');
    const [record] = await recordsOf(context, [machine]);
    if (record?.state !== 'kept' || record.kept !== kept) {
      await keepOn(context, machine, kept);
      changes.push(`${machine.name}: a copy of the initialisation`);
    }
    if (!(await isInForce(context))) {
      context.progress('start');
      await onMachine(context, `systemctl restart ${vaultUnitName}\n`, 'start Vault');
      changes.push(`${machine.name}: started`);
    }
    const node = await nodeOn(context, machine);
    if (await opened(context, node, kept)) changes.push(`${machine.name}: opened`);
    await serving(context, node);
    return changes;
  },
};

/** Reads only. */
export async function nodeProblems(context: StepContext): Promise<CheckResult> {
  const { machine } = context;
  const [kept, [record], inForce] = await Promise.all([
    keptAnywhere(context),
    recordsOf(context, [machine]),
    isInForce(context),
  ]);
  const { nodeState } = await import('../../../clients/vault/status.js');
  const node = await nodeOn(context, machine);
  const state = (await answered(context, () => nodeState(node))) ?? 'silent';
  const problems = [
    ...(record?.state === 'kept' && record.kept === kept ? [] : ['keeps no copy of the initialisation']),
    ...(inForce ? [] : ['does not run with its present configuration']),
    ...(state === 'active' || state === 'standby' ? [] : [`is ${state}`]),
  ];
  return resultOf(problems.map((problem) => `${machine.name} ${problem}`));
}

/** True when the unit runs and began with the files that lie there now. */
async function isInForce(context: StepContext): Promise<boolean> {
  const script = `if systemctl is-active --quiet ${vaultUnitName} && [ "$(${startsWith})" = "$(cat ${startedWith})" ]; then echo yes; fi\n`;
  return (await onMachine(context, script, 'compare what runs')).trim() === 'yes';
}

/** @returns false when it was open already */
async function opened(context: StepContext, node: Vault, kept: string): Promise<boolean> {
  const { sealStatus } = await import('../../../clients/vault/status.js');
  const { site } = context;
  if (!(await sealStatus(node)).sealed) return false;
  await until(context, 'wait until it has joined', async () => (await sealStatus(node)).initialized);
  const { kind } = site.vault.unseal;
  if (kind === 'sealed') {
    const { openNode } = await import('./open-node.js');
    context.progress('open');
    return openNode(node, sharesOf(context, context.machine, kept));
  }
  if (kind === 'transit') {
    await until(context, 'wait for the other Vault to open it', async () => !(await sealStatus(node)).sealed);
    return true;
  }
  await openedByCustodians(context, node);
  return true;
}

/** People are waited for a while; later, when nobody came, the step parks and says what to type. */
async function openedByCustodians(context: StepContext, node: Vault): Promise<void> {
  const { sealStatus } = await import('../../../clients/vault/status.js');
  const end = Date.now() + custodiansWithinMs;
  for (;;) {
    const { sealed, progress, threshold } = await sealStatus(node);
    if (!sealed) return;
    const given = `${progress} of ${threshold} shares given`;
    if (Date.now() > end)
      throw new NotReadyError(
        `${context.machine.name} to be opened by custodians`,
        `${given}. Each custodian types: socle vault unseal FILE. Then: socle retry`,
      );
    context.progress(`wait for custodians, who type: socle vault unseal FILE (${given})`);
    await sleep(askCustodiansEveryMs, undefined, { signal: context.signal });
  }
}

/**
 * Opens what was sealed after its own step was done, as by a power cut in the middle of a run, where Socle has the share.
 * @returns the names of the machines whose nodes it opened
 */
export async function openSealed(context: VaultContext): Promise<string[]> {
  const kept = await keptAnywhere(context);
  if (kept === undefined || context.site.vault.unseal.kind !== 'sealed') return [];
  const { openNode } = await import('./open-node.js');
  const { sealStatus } = await import('../../../clients/vault/status.js');
  const names: string[] = [];
  for (const machine of context.machines) {
    const node = await nodeOn(context, machine);
    if (!(await answered(context, () => sealStatus(node)))?.sealed) continue;
    await openNode(node, sharesOf(context, machine, kept));
    names.push(machine.name);
  }
  return names;
}

function sharesOf({ secrets }: Pick<StepContext, 'secrets'>, machine: Machine, kept: string): string[] {
  try {
    return sharesIn(kept, secrets);
  } catch {
    throw new PermanentError(
      `${machine.name} keeps a share that this master key does not open. Give the worker the master key that Vault was initialised with: nothing else opens this Vault`,
    );
  }
}

async function serving(context: StepContext, node: Vault): Promise<void> {
  const { nodeState } = await import('../../../clients/vault/status.js');
  await until(context, 'wait until it serves', async () => {
    const state = await answered(context, () => nodeState(node));
    return state === 'active' || state === 'standby';
  });
}

async function until(context: StepContext, what: string, probe: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + servesWithinMs;
  context.progress(what);
  while (!(await probe())) {
    if (Date.now() > end) throw new NotReadyError(`${context.machine.name}: ${what}`, 'not yet');
    await sleep(askEveryMs, undefined, { signal: context.signal });
  }
}

/** Standbys first; with no leader the first machine, which the others join. */
async function leaderLast(context: StepContext): Promise<string[]> {
  const { nodeState } = await import('../../../clients/vault/status.js');
  const leads = await Promise.all(
    context.machines.map(async (machine) => {
      const node = await nodeOn(context, machine);
      return (await answered(context, () => nodeState(node))) === 'active';
    }),
  );
  const names = context.machines.map(({ name }) => name);
  return [...names.filter((_, index) => !leads[index]), ...names.filter((_, index) => leads[index])];
}

async function onMachine(context: StepContext, script: string, label: string): Promise<string> {
  const { machine, signal } = context;
  return (await (await hostOf(context, machine)).run(script, { signal, label })).stdout;
}
