import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { readSecret, writeSecret } from '../../activities/clients/vault/kv.js';
import { mount } from '../../activities/clients/vault/mounts.js';
import { raftPeers } from '../../activities/clients/vault/raft.js';
import { nodeState, sealStatus } from '../../activities/clients/vault/status.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { activeWithin, until } from './vault-waiting.js';
import { makeCluster, type Runner, type VaultCluster } from './vault-targets.js';

/** The seal `transit`: another Vault opens each node, and nobody gives a share. */
export function vaultTransitContract(name: string, run: Runner): void {
  describe(`${name}, opened by another Vault`, () => {
    let opener: VaultCluster;
    let cluster: VaultCluster;
    let shares: string[];
    let root: string;

    beforeAll(async () => {
      opener = await makeCluster(run, 1);
      await opener.nodes[0]!.start();
      const first = await initialise(opener.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
      shares = first.shares;
      await openNode(opener.client(0), shares);
      await activeWithin(opener, 0);
      const vault = opener.client(0, first.rootToken);
      await mount(vault, 'mounts', 'transit', { type: 'transit' });
      await vault.request({ method: 'POST', path: 'transit/keys/site-a' });
      cluster = await makeCluster(run, 2, {
        transit: { url: opener.nodes[0]!.url, key: 'site-a' },
        environment: { VAULT_TOKEN: first.rootToken },
      });
      await cluster.nodes[0]!.start();
    }, 3_600_000);
    afterAll(async () => {
      await cluster.close();
      await opener.close();
    });

    test('opens itself as soon as it is initialised; its shares only recover', async () => {
      expect(await sealStatus(cluster.client(0))).toMatchObject({ type: 'transit', initialized: false });
      const answer = await initialise(cluster.client(0), {
        seal: 'automatic',
        recoveryShares: 1,
        recoveryThreshold: 1,
      });
      root = answer.rootToken;
      expect(answer.shares).toHaveLength(1);
      await activeWithin(cluster, 0);
      expect(await sealStatus(cluster.client(0))).toMatchObject({ sealed: false, recovery: true, shares: 1 });
      const vault = cluster.client(0, root);
      await mount(vault, 'mounts', 'kv', { type: 'kv', options: { version: '2' } });
      await until('the engine to be ready', async () => {
        return (await writeSecret(vault, 'kv', 'kept', { is: 'there' }, 0)) === 1;
      });
    });

    test('a second node joins and opens by itself', async () => {
      await cluster.nodes[1]!.start();
      await until('two members', async () => (await raftPeers(cluster.client(0, root))).length === 2);
      await until('it to stand by', async () => (await nodeState(cluster.client(1))) === 'standby');
    });

    test('after a reboot both open by themselves and hold what they held', async () => {
      for (const node of cluster.nodes) await node.kill();
      for (const node of cluster.nodes) await node.start();
      const active = await activeWithin(cluster, 0, 1);
      await until('the secret to be there', async () => {
        return (await readSecret(cluster.client(active, root), 'kv', 'kept'))?.fields['is'] === 'there';
      });
    });

    test('without the other Vault it does not come back', async () => {
      await opener.nodes[0]!.kill();
      await cluster.nodes[1]!.kill();
      const started = cluster.nodes[1]!.start().then(
        () => 'started',
        () => 'not started',
      );
      const answer = nodeState(cluster.client(1)).catch(() => 'silent');
      expect(await answer).toBe('silent');
      await opener.nodes[0]!.start();
      await openNode(opener.client(0), shares);
      await activeWithin(opener, 0);
      // By itself, or started again as its unit starts it.
      if ((await started) === 'not started') {
        await cluster.nodes[1]!.kill();
        await cluster.nodes[1]!.start();
      }
      await until('it to be open', async () => !(await sealStatus(cluster.client(1))).sealed);
    });
  });
}
