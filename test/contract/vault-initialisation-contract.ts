import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { initialise, isInitialised } from '../../activities/clients/vault/initialise.js';
import { raftPeers } from '../../activities/clients/vault/raft.js';
import { nodeState } from '../../activities/clients/vault/status.js';
import { ownToken } from '../../activities/clients/vault/token.js';
import { vaultClient, type Vault } from '../../activities/clients/vault/vault.js';
import { ApiError, NotReadyError, PermanentError } from '../../activities/errors.js';
import {
  initialiseOnce,
  type InitialisationPlace,
  type InitialisationRecord,
} from '../../activities/roles/3-base-infrastructure/vault/initialise-once.js';
import {
  keep,
  initialisationOf,
  rootTokenIn,
  sharesIn,
  withoutRootToken,
} from '../../activities/roles/3-base-infrastructure/vault/kept-initialisation.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { createSecrets } from '../../config/secrets.js';
import { losingProxy, type LosingProxy } from './losing-proxy.js';
import {
  makeCluster,
  secretsOf,
  site,
  type Runner,
  type VaultCluster,
  type VaultNode,
} from './vault-targets.js';
import { activeWithin } from './vault-waiting.js';

type Disk = InitialisationPlace & { emptied: number; record: InitialisationRecord };

/** The first machine's disk, with the same conditions as the steps on a host. */
function diskOf(node: VaultNode): Disk {
  const disk: Disk = {
    emptied: 0,
    record: { state: 'none' },
    read: async () => disk.record,
    ask: async (attempt) => {
      if (disk.record.state === 'kept') return false;
      disk.record = { state: 'asked', attempt };
      return true;
    },
    keep: async (attempt, kept) => {
      if (disk.record.state !== 'asked' || disk.record.attempt !== attempt) return false;
      disk.record = { state: 'kept', kept };
      return true;
    },
    empty: async (attempt) => {
      if (disk.record.state !== 'asked' || disk.record.attempt !== attempt) return false;
      disk.emptied += 1;
      await node.kill();
      await node.empty();
      await node.start();
      return true;
    },
  };
  return disk;
}

/** The seal `sealed`: initialised exactly once although answers are lost, opened after a reboot by any worker. */
export function vaultInitialisationContract(name: string, run: Runner): void {
  describe(`initialisation of ${name}`, () => {
    let cluster: VaultCluster;
    let proxy: LosingProxy;
    let disk: Disk;
    let first: Vault;
    const secrets = secretsOf();

    beforeAll(async () => {
      const warm = await makeCluster(run, 1);
      await warm.nodes[0]!.start();
      await warm.close();
    }, 3_600_000);
    beforeEach(async () => {
      cluster = await makeCluster(run, 2);
      const node = cluster.nodes[0]!;
      await node.start();
      disk = diskOf(node);
      const { address } = node.settings;
      const pair = cluster.certificate('vault', [], [address]);
      proxy = await losingProxy({ address, ...pair, target: node.url, ca: cluster.authority.root });
      first = vaultClient({ url: proxy.url, ca: cluster.authority.root });
    });
    afterEach(async () => {
      await proxy.close();
      await cluster.close();
    });

    const once = async (vault = first, others: Vault[] = []): Promise<string> =>
      initialiseOnce({
        first: vault,
        others,
        place: disk,
        wanted: await initialisationOf(site, secrets),
        seal: (answer) => keep(site, secrets, answer),
      });
    const isInit = (method: string, path: string): boolean => method === 'PUT' && path === '/v1/sys/init';

    test('a second call finds what the first one kept', async () => {
      const kept = await once();
      expect(await once()).toBe(kept);
      expect(disk.emptied).toBe(0);
      await openNode(first, sharesIn(kept, secrets));
      await activeWithin(cluster, 0);
      expect((await ownToken(first.as(rootTokenIn(kept, secrets)!))).policies).toEqual(['root']);
      expect(rootTokenIn(withoutRootToken(kept), secrets)).toBeUndefined();
      expect(sharesIn(withoutRootToken(kept), secrets)).toEqual(sharesIn(kept, secrets));
    });

    test('an answer lost after success leaves a Vault that is opened all the same', async () => {
      proxy.lose(isInit);
      await expect(once()).rejects.toMatchObject({ status: 0, retryable: true });
      expect(proxy.lost()).toEqual(['PUT /v1/sys/init']);
      // Vault did initialise itself, and nobody has its share.
      expect(await isInitialised(cluster.client(0))).toBe(true);
      proxy.lose(isInit);
      await expect(once()).rejects.toBeInstanceOf(ApiError);
      const kept = await once();
      expect(disk.emptied).toBe(2);
      await openNode(first, sharesIn(kept, secrets));
      await activeWithin(cluster, 0);
      const peers = await raftPeers(first.as(rootTokenIn(kept, secrets)!));
      expect(peers).toHaveLength(1);
      expect(await once()).toBe(kept);
      expect(disk.emptied).toBe(2);
    });

    test('an attempt that stalled with the answer in its hands keeps nothing', async () => {
      let attempts = 0;
      const stalled = initialiseOnce({
        first,
        others: [],
        place: {
          ...disk,
          read: () => disk.read(),
          keep: async (attempt, kept) => {
            // Before it writes, another attempt begins and ends.
            attempts += 1;
            await once();
            return disk.keep(attempt, kept);
          },
        },
        wanted: { seal: 'shamir', shares: 1, threshold: 1 },
        seal: (answer) => keep(site, secrets, answer),
      });
      await expect(stalled).rejects.toBeInstanceOf(NotReadyError);
      expect([attempts, disk.emptied]).toEqual([1, 1]);
      await openNode(first, sharesIn(await once(), secrets));
      await activeWithin(cluster, 0);
    });

    test('a Vault that somebody else initialised is never emptied', async () => {
      await initialise(first, { seal: 'shamir', shares: 1, threshold: 1 });
      await expect(once()).rejects.toBeInstanceOf(PermanentError);
      await disk.ask('an attempt of before');
      // Nor is one that has a member already, whatever the disk says.
      await expect(once(first, [cluster.client(0)])).rejects.toThrow(/shares were not kept/);
      expect(disk.emptied).toBe(0);
    });

    test('after a reboot any worker with the master key opens it, and none with another one', async () => {
      const kept = await once();
      await openNode(first, sharesIn(kept, secrets));
      await activeWithin(cluster, 0);
      await cluster.nodes[0]!.kill();
      await cluster.nodes[0]!.start();
      expect(await nodeState(first)).toBe('sealed');
      const lost = createSecrets(site, { MASTER: '22'.repeat(32) });
      expect(() => sharesIn(kept, lost)).toThrow();
      await openNode(first, sharesIn(kept, secretsOf()));
      await activeWithin(cluster, 0);
      const share = sharesIn(kept, secrets)[0]!;
      expect(kept).not.toContain(share);
    });
  });
}
