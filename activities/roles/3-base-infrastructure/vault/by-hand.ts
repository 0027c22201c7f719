import { setTimeout as sleep } from 'node:timers/promises';
import type { Plan } from '../../../../config/plan-types.js';
import { ApiError, NotReadyError, PermanentError } from '../../../errors.js';
import type { Machine } from '../../../../config/machine.js';
import { forgetShares, giveShare, nodeState, sealStatus } from '../../../clients/vault/status.js';
import { applyConfiguration } from './configuration-differences.js';
import { configurationMeans, revoke } from './configure.js';
import { KeptInitialisation } from './kept-initialisation.js';
import { asOrchestrator } from './log-in.js';
import { activeNode, answered, nodeOn, type VaultContext } from './nodes.js';
import { keptAnywhere } from './records.js';
import { wantedConfiguration } from './wanted-configuration.js';

const askEveryMs = 1_000;
/** A node that joins forgets the shares while it opens; given them again too early it would open twice. */
const giveAgainMs = 60_000;

/** What a person sees of one node. */
export type NodeReport = { machine: string; state: string; version?: string; shares?: string };

/** How each node is now, in the order of the machines. */
export async function nodeReports(context: VaultContext): Promise<NodeReport[]> {
  return Promise.all(context.machines.map((machine) => reportOf(context, machine)));
}

async function reportOf(context: VaultContext, machine: Machine): Promise<NodeReport> {
  const node = await nodeOn(context, machine);
  const status = await answered(context, () => sealStatus(node));
  if (status === undefined) return { machine: machine.name, state: 'silent' };
  const { version, sealed, initialized, progress, threshold } = status;
  const state = (await answered(context, () => nodeState(node))) ?? 'silent';
  return {
    machine: machine.name,
    state: initialized ? state : 'uninitialised',
    version,
    ...(sealed && initialized ? { shares: `${progress} of ${threshold} shares given` } : {}),
  };
}

/**
 * Gives one custodian's share to every node, straight and to nobody else, until all are open: those that start or join
 * later get it then.
 * @param tell called when something about a node has changed
 * @throws PermanentError when the shares together open nothing; the node has then forgotten them all
 */
export async function giveShareToAll(
  context: VaultContext,
  share: string,
  tell: (line: string) => void,
): Promise<void> {
  const given = new Map<string, number>();
  const said = new Map<string, string>();
  for (;;) {
    const states = await Promise.all(
      context.machines.map((machine) => giveTo(context, machine, share, given)),
    );
    for (const [index, { name }] of context.machines.entries()) {
      const line = `${name} ${states[index]}`;
      if (said.get(name) !== line) tell(line);
      said.set(name, line);
    }
    if (states.every((state) => state === open)) return;
    await sleep(askEveryMs, undefined, { signal: context.signal });
  }
}

const open = 'is open';

async function giveTo(
  context: VaultContext,
  machine: Machine,
  share: string,
  given: Map<string, number>,
): Promise<string> {
  const node = await nodeOn(context, machine);
  const before = await answered(context, () => sealStatus(node));
  if (before === undefined) return 'does not answer yet';
  if (!before.initialized) return 'has not joined yet';
  if (!before.sealed) return open;
  const told = (progress: number): string => `${progress} of ${before.threshold} shares given`;
  if (Date.now() - (given.get(machine.name) ?? 0) < giveAgainMs)
    return before.progress === 0 ? 'has its shares and joins' : told(before.progress);
  try {
    const after = await answered(context, () => giveShare(node, share));
    if (after === undefined) return 'does not answer yet';
    given.set(machine.name, Date.now());
    return after.sealed ? told(after.progress) : open;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error;
    await forgetShares(node);
    throw new PermanentError(
      `${machine.name}: ${error.message}. One of the shares is wrong and the node has forgotten them: every custodian gives theirs again`,
    );
  }
}

/** What belongs to one person: a custodian's share, or the root token; encrypted to their PGP key, binary in base64. */
export type Encrypted = { owner: string; message: string };

/**
 * What a custodians' Vault answered when it was initialised, as the machines keep it. Only the owners can read it.
 * @throws PermanentError when nothing was kept, or when this Vault has no custodians
 */
export async function encryptedShares(context: VaultContext): Promise<Encrypted[]> {
  const kept = await keptAnywhere(context);
  if (kept === undefined)
    throw new PermanentError(
      'No machine keeps the answer to an initialisation: Vault was not initialised yet',
    );
  const read = KeptInitialisation.parse(JSON.parse(kept));
  if (read.seal !== 'custodians')
    throw new PermanentError(
      `vault.unseal is ${read.seal}: there are no custodians, and workers with the master key open it`,
    );
  const base64 = (text: string): string => Buffer.from(text, 'hex').toString('base64');
  return [
    ...read.shares.map(({ custodian, encrypted }) => ({ owner: custodian, message: base64(encrypted) })),
    ...(read.rootToken === undefined ? [] : [{ owner: 'root-token', message: read.rootToken }]),
  ];
}

/**
 * Configures Vault with a root token that Socle never keeps, tries Socle's own login, and revokes the token.
 * @returns what was changed
 */
export async function configureByHand(
  context: VaultContext & { plan: Pick<Plan, 'site' | 'machines' | 'virtualAddresses'> },
  rootToken: string,
  tell: (line: string) => void,
): Promise<string[]> {
  const active = await activeNode(context);
  if (active === undefined) throw new NotReadyError('an active node of Vault', 'none of them leads');
  const root = active.as(rootToken);
  const wanted = wantedConfiguration(context.plan);
  const changes = await applyConfiguration(root, wanted, await configurationMeans(context), tell);
  if ((await asOrchestrator(context, active)) === undefined)
    throw new NotReadyError(
      "Socle's own login to Vault",
      'it was made and is refused; the root token is still valid',
    );
  await revoke(root);
  return [...changes, 'root token: revoked'];
}
