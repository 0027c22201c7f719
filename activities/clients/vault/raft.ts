import { z } from 'zod';
import { dataOf, type Vault } from './vault.js';

const Peer = z
  .object({ node_id: z.string(), address: z.string(), leader: z.boolean(), voter: z.boolean() })
  .transform(({ node_id: nodeId, ...rest }) => ({ nodeId, ...rest }));
export type RaftPeer = z.infer<typeof Peer>;

const Configuration = dataOf(z.object({ config: z.object({ servers: z.array(Peer) }) }));

/** The members of the cluster, also those that do not answer now. */
export async function raftPeers(vault: Vault): Promise<RaftPeer[]> {
  const path = 'sys/storage/raft/configuration';
  return (await vault.request({ method: 'GET', path, answer: Configuration })).body.config.servers;
}

/** Takes a member out for good: its disk must be emptied before it can join again. Nothing happens when it is none. */
export async function removeRaftPeer(vault: Vault, nodeId: string): Promise<void> {
  await vault.request({
    method: 'POST',
    path: 'sys/storage/raft/remove-peer',
    body: { server_id: nodeId },
  });
}

const Autopilot = dataOf(z.object({ healthy: z.boolean(), failure_tolerance: z.int() }));

/** How many members may be lost now before the cluster stops. */
export async function failureTolerance(vault: Vault): Promise<number> {
  const path = 'sys/storage/raft/autopilot/state';
  return (await vault.request({ method: 'GET', path, answer: Autopilot })).body.failure_tolerance;
}

const snapshotPath = 'sys/storage/raft/snapshot';

/**
 * All that Vault holds, encrypted as it is on disk: only this Vault's shares open what is restored from it. A gzip archive,
 * complete when it comes: the client's time limit is for all of it.
 * @see https://developer.hashicorp.com/vault/api-docs/system/storage/raft#take-a-snapshot-of-the-raft-cluster
 */
export async function takeSnapshot(vault: Vault): Promise<Buffer> {
  const request = { method: 'GET', path: snapshotPath, read: 'bytes' } as const;
  return (await vault.request<Buffer>(request)).body;
}

/**
 * Puts a snapshot in place of all that the cluster holds.
 * @param foreign whether it is another Vault's: afterwards its shares open this cluster, not those it was unsealed with
 * @throws ApiError 400 when it is another Vault's and that was not said
 */
export async function restoreSnapshot(vault: Vault, snapshot: Buffer, foreign = false): Promise<void> {
  const path = foreign ? `${snapshotPath}-force` : snapshotPath;
  await vault.request({ method: 'POST', path, body: snapshot });
}
