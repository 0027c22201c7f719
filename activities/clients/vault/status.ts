import { z } from 'zod';
import type { Vault } from './vault.js';

/** What a node is, as load balancers ask it. */
export type NodeState = 'active' | 'standby' | 'uninitialised' | 'sealed' | 'secondary';

/** @see https://developer.hashicorp.com/vault/api-docs/system/health */
const states: Readonly<Record<number, NodeState>> = {
  200: 'active',
  429: 'standby',
  472: 'secondary',
  473: 'standby',
  501: 'uninitialised',
  503: 'sealed',
};

/** @throws ApiError when the node does not answer, or answers as no node of Vault does */
export async function nodeState(vault: Vault): Promise<NodeState> {
  const { status } = await vault.request({
    method: 'GET',
    path: 'sys/health',
    accept: Object.keys(states).map(Number),
  });
  return states[status]!;
}

const SealStatus = z
  .object({
    type: z.string(),
    initialized: z.boolean(),
    sealed: z.boolean(),
    /** Shares needed. */
    t: z.int(),
    /** Shares that exist. */
    n: z.int(),
    /** Shares that this node has been given. */
    progress: z.int(),
    version: z.string(),
    storage_type: z.string().optional(),
    recovery_seal: z.boolean().optional(),
  })
  .transform(({ t, n, storage_type: storage, recovery_seal: recovery = false, ...rest }) => ({
    ...rest,
    threshold: t,
    shares: n,
    recovery,
    ...(storage === undefined ? {} : { storage }),
  }));
export type SealStatus = z.infer<typeof SealStatus>;

/** Of this node alone: each node of a cluster is sealed and unsealed by itself. */
export async function sealStatus(vault: Vault): Promise<SealStatus> {
  const path = 'sys/seal-status';
  return (await vault.request({ method: 'GET', path, answer: SealStatus })).body;
}

/**
 * Gives this node one share.
 * @returns how far it is; `sealed: false` when that was the last share it needed
 * @throws ApiError 400 when the shares together open nothing; the node then forgets them all
 */
export async function giveShare(vault: Vault, share: string): Promise<SealStatus> {
  const body = { key: share };
  return (await vault.request({ method: 'PUT', path: 'sys/unseal', body, answer: SealStatus })).body;
}

/** Lets a sealed node forget the shares it was given. */
export async function forgetShares(vault: Vault): Promise<void> {
  await vault.request({ method: 'PUT', path: 'sys/unseal', body: { reset: true } });
}

/** Asks the active node to seal itself; a standby cannot be sealed this way. */
export async function seal(vault: Vault): Promise<void> {
  await vault.request({ method: 'PUT', path: 'sys/seal' });
}

const Leader = z.object({ ha_enabled: z.boolean(), is_self: z.boolean(), leader_address: z.string() });

/** API address of the active node as this one sees it; undefined while there is none. */
export async function leaderAddress(vault: Vault): Promise<string | undefined> {
  const { body } = await vault.request({ method: 'GET', path: 'sys/leader', answer: Leader });
  return body.leader_address === '' ? undefined : body.leader_address;
}
