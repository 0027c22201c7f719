import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../../../../config/machine.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { ApiError } from '../../../errors.js';
import type { StepContext } from '../../../role.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import { apiAddress } from './server-settings.js';

/** What is needed to meet a site's Vault: a step has it, and so does a person's command. */
export type VaultContext = Pick<StepContext, 'site' | 'secrets' | 'signal' | 'machines'>;

/** Long enough for a node that is busy, short enough for one that is not there. */
const answerMs = 10_000;
const electedWithinMs = 15_000;
const askEveryMs = 300;

/** The node on a machine, asked by its own address, trusting the platform's authority alone. */
export async function nodeOn(context: VaultContext, machine: Machine): Promise<Vault> {
  const { vaultClient } = await import('../../../clients/vault/vault.js');
  const { root } = await siteAuthority(context);
  return vaultClient({ url: apiAddress(machine), ca: root, signal: context.signal, timeoutMs: answerMs });
}

/**
 * The node that all requests end at; undefined while there is none. Nodes that do not answer are passed over. Nodes that
 * were just opened agree within a second or two on who leads: that is waited for.
 */
export async function activeNode(context: VaultContext): Promise<Vault | undefined> {
  const { nodeState } = await import('../../../clients/vault/status.js');
  const nodes = await Promise.all(context.machines.map((machine) => nodeOn(context, machine)));
  for (const end = Date.now() + electedWithinMs; ;) {
    const states = await Promise.all(nodes.map((node) => answered(context, () => nodeState(node))));
    const active = states.indexOf('active');
    if (active >= 0) return nodes[active];
    const open = states.filter((state) => state === 'standby').length;
    if (open * 2 <= nodes.length || Date.now() > end) return undefined;
    await sleep(askEveryMs, undefined, { signal: context.signal });
  }
}

/** What a node answers; undefined when it does not. An end of the step is passed on. */
export async function answered<Answer>(
  { signal }: Pick<StepContext, 'signal'>,
  ask: () => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ApiError && error.status === 0) return undefined;
    throw error;
  }
}
