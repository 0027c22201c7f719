import type { SimulatedMachine } from '../../machine.js';
import { derived, open } from './cipher.js';
import type { VaultConfiguration } from './configuration.js';
import type { Disk } from './disk.js';
import type { Peers } from './peers.js';
import type { Raft } from './raft.js';
import type { Member, Seal, Stored } from './record.js';
import type { VaultState } from './state.js';

/** What opens the cluster's data, in memory alone. */
export type Keys = { root: Buffer; data: Buffer; cluster: Buffer };

/** What a member answered to a node that wants to join: how the cluster is opened, and a riddle that only its keys solve. */
export type Invitation = { api: string; ca: string; seal: Seal; riddle: string };

/**
 * A node as it runs. Without `stored` and `invitation` it is uninitialised; without `opened` it is sealed; with `active` it
 * leads.
 */
export type VaultNode = {
  readonly machine: SimulatedMachine;
  settings: VaultConfiguration;
  readonly disk: Disk;
  readonly peers: Peers;
  /** Of the transit seal. */
  readonly token: string;
  stored: Stored | undefined;
  invitation: Invitation | undefined;
  /** Shares given so far. */
  given: Buffer[];
  /** Opened, and not taken in by the leader yet. */
  joining: Keys | undefined;
  opened: { keys: Keys; raft: Raft } | undefined;
  active: { state: VaultState } | undefined;
  /** Riddles of nodes that want to join, by their id. */
  riddles: Map<string, string>;
};

export function sealOf(node: VaultNode): Seal | undefined {
  return node.stored?.record.seal ?? node.invitation?.seal;
}

export function isInitialised(node: VaultNode): boolean {
  return sealOf(node) !== undefined;
}

export function selfOf({ settings }: VaultNode): Member {
  return { id: settings.nodeId, api: settings.apiAddress, cluster: settings.clusterAddress };
}

/** @throws Error when this is not the root key that the seal was made with */
export function keysOf(root: Buffer, seal: Seal): Keys {
  const data = open(root, seal.dataKey);
  return { root, data, cluster: derived(data, 'cluster') };
}

/** The authority that a member's certificate is checked against. */
export function authorityFor({ settings }: VaultNode, member: Member): string | undefined {
  const found = settings.join.find(({ api }) => api === member.api) ?? settings.join[0];
  return found?.ca;
}
