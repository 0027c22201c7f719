import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { readSecret, writeSecret } from '../../activities/clients/vault/kv.js';
import { mount } from '../../activities/clients/vault/mounts.js';
import {
  failureTolerance,
  raftPeers,
  removeRaftPeer,
  restoreSnapshot,
  takeSnapshot,
} from '../../activities/clients/vault/raft.js';
import { leaderAddress, nodeState, sealStatus } from '../../activities/clients/vault/status.js';
import { ApiError } from '../../activities/errors.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { activeWithin, until } from './vault-waiting.js';
import { makeCluster, type Runner, type VaultCluster } from './vault-targets.js';

/** What Socle relies on of three nodes, while they are lost, killed and rebooted. */
export function vaultClusterContract(name: string, run: Runner): void {
  describe(`a cluster of three of ${name}`, () => {
    let cluster: VaultCluster;
    let shares: string[];
    let root: string;
    let leader = 0;
    const all = [0, 1, 2];
    const others = (): number[] => all.filter((index) => index !== leader);

    beforeAll(async () => {
      cluster = await makeCluster(run, 3);
      await Promise.all(cluster.nodes.map((node) => node.start()));
      const answer = await initialise(cluster.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
      shares = answer.shares;
      root = answer.rootToken;
    }, 3_600_000);
    afterAll(() => cluster.close());

    /** As a role's step does it, again until the node has joined. */
    const open = async (index: number): Promise<void> => {
      await until(`node ${index + 1} to open`, async () => {
        await openNode(cluster.client(index), shares);
        return !(await sealStatus(cluster.client(index))).sealed;
      });
    };
    const votersOf = async (index: number): Promise<number> => {
      const peers = await raftPeers(cluster.client(index, root));
      return peers.filter(({ voter }) => voter).length;
    };

    test('nodes join the first one and are opened one by one', async () => {
      await openNode(cluster.client(0), shares);
      await activeWithin(cluster, 0);
      expect(await openNode(cluster.client(0), shares)).toBe(false);
      await open(1);
      await open(2);
      await until('three voters', async () => (await votersOf(0)) === 3);
      expect((await raftPeers(cluster.client(0, root))).map(({ nodeId }) => nodeId).sort()).toEqual([
        'vault-1',
        'vault-2',
        'vault-3',
      ]);
      for (const index of all) {
        await until(`node ${index + 1} to know the leader`, async () => {
          return (await leaderAddress(cluster.client(index))) === cluster.nodes[0]!.url;
        });
        expect(await nodeState(cluster.client(index))).toBe(index === 0 ? 'active' : 'standby');
      }
      await until('a node to spare', async () => (await failureTolerance(cluster.client(0, root))) === 1);
    });

    test('a standby forwards what it is asked to the active node', async () => {
      await mount(cluster.client(1, root), 'mounts', 'kv', { type: 'kv', options: { version: '2' } });
      await until('the engine to be ready', async () => {
        return (await writeSecret(cluster.client(2, root), 'kv', 'before', { kept: 'yes' }, 0)) === 1;
      });
      expect(await readSecret(cluster.client(1, root), 'kv', 'before')).toMatchObject({ version: 1 });
    });

    test('a standby lost, the other two go on', async () => {
      await cluster.nodes[2]!.kill();
      await writeSecret(cluster.client(0, root), 'kv', 'without-a-standby', { written: 'yes' }, 0);
      await cluster.nodes[2]!.start();
      await open(2);
      await until('the third to follow', async () => {
        return (await readSecret(cluster.client(2, root), 'kv', 'without-a-standby')) !== undefined;
      });
    });

    test('the leader killed, another one is active in time and nothing is lost', async () => {
      await writeSecret(cluster.client(0, root), 'kv', 'last-words', { written: 'yes' }, 0);
      const killed = Date.now();
      await cluster.nodes[0]!.kill();
      leader = await activeWithin(cluster, 1, 2);
      const seconds = (Date.now() - killed) / 1000;
      console.log(`${name}: another node was active ${seconds.toFixed(1)} s after the leader was killed`);
      expect(await readSecret(cluster.client(leader, root), 'kv', 'last-words')).toMatchObject({
        version: 1,
      });
      await writeSecret(cluster.client(leader, root), 'kv', 'new-leader', { written: 'yes' }, 0);
      await cluster.nodes[0]!.start();
      expect(await nodeState(cluster.client(0))).toBe('sealed');
      await open(0);
      await until('the old leader to follow', async () => (await nodeState(cluster.client(0))) === 'standby');
    });

    test('two of three lost, nothing is confirmed', async () => {
      const [one, two] = others();
      await cluster.nodes[one!]!.kill();
      await cluster.nodes[two!]!.kill();
      const short = cluster.client(leader, root);
      await until('the last one to give up leading', async () => (await nodeState(short)) !== 'active');
      const error = await writeSecret(short, 'kv', 'minority', { written: 'yes' }, 0).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ApiError);
      expect((error as ApiError).retryable).toBe(true);
      await cluster.nodes[one!]!.start();
      await open(one!);
      leader = await activeWithin(cluster, leader, one!);
      await cluster.nodes[two!]!.start();
      await open(two!);
    });

    test('all rebooted, the same share opens each and all is there', async () => {
      await Promise.all(cluster.nodes.map((node) => node.kill()));
      await Promise.all(cluster.nodes.map((node) => node.start()));
      for (const index of all) expect(await nodeState(cluster.client(index))).toBe('sealed');
      for (const index of all) await open(index);
      leader = await activeWithin(cluster, ...all);
      await until('the secret to be there', async () => {
        return (await readSecret(cluster.client(leader, root), 'kv', 'new-leader')) !== undefined;
      });
      await until('three voters', async () => (await votersOf(leader)) === 3);
    });

    test('asked to step down, the leader follows another one', async () => {
      const before = leader;
      const seen = others();
      await cluster.client(leader, root).request({ method: 'PUT', path: 'sys/step-down' });
      leader = await activeWithin(cluster, ...seen);
      await until(
        'the old one to follow',
        async () => (await nodeState(cluster.client(before))) === 'standby',
      );
      expect(await readSecret(cluster.client(before, root), 'kv', 'new-leader')).toBeDefined();
    });

    test('a member is taken out, emptied, and joins again as a new one', async () => {
      const out = others()[0]!;
      const { settings } = cluster.nodes[out]!;
      await cluster.nodes[out]!.kill();
      await removeRaftPeer(cluster.client(leader, root), settings.nodeId);
      await removeRaftPeer(cluster.client(leader, root), settings.nodeId);
      expect((await raftPeers(cluster.client(leader, root))).map(({ nodeId }) => nodeId)).not.toContain(
        settings.nodeId,
      );
      await cluster.nodes[out]!.empty();
      await cluster.nodes[out]!.start();
      await open(out);
      await until('three voters', async () => (await votersOf(leader)) === 3);
    });

    test('a snapshot brings back what was there, in the same cluster and in a fresh one', async () => {
      const vault = cluster.client(leader, root);
      await writeSecret(vault, 'kv', 'saved', { state: 'good' }, 0);
      const snapshot = await takeSnapshot(vault);
      expect([...snapshot.subarray(0, 2)]).toEqual([0x1f, 0x8b]);
      await writeSecret(vault, 'kv', 'saved', { state: 'spoilt' }, 1);
      await restoreSnapshot(vault, snapshot);
      await until('the saved state', async () => {
        return (await readSecret(cluster.client(leader, root), 'kv', 'saved'))?.fields['state'] === 'good';
      });

      const fresh = await makeCluster(run, 1);
      try {
        await fresh.nodes[0]!.start();
        const other = await initialise(fresh.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
        await openNode(fresh.client(0), other.shares);
        await activeWithin(fresh, 0);
        const asked = fresh.client(0, other.rootToken);
        const error = await restoreSnapshot(asked, snapshot).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ status: 400 });
        await restoreSnapshot(asked, snapshot, true);
        // It is now the Vault that was saved: its own share opens it, and its own root token is valid.
        await until('the fresh one to be sealed', async () => (await sealStatus(fresh.client(0))).sealed);
        await until('the old share to open it', async () => {
          await openNode(fresh.client(0), shares);
          return (await nodeState(fresh.client(0))) === 'active';
        });
        expect(await readSecret(fresh.client(0, root), 'kv', 'saved')).toMatchObject({
          fields: { state: 'good' },
        });
      } finally {
        await fresh.close();
      }
    });
  });
}
