import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { sealStatus } from '../../activities/clients/vault/status.js';
import { PermanentError } from '../../activities/errors.js';
import { giveShareToAll, nodeReports } from '../../activities/roles/3-base-infrastructure/vault/by-hand.js';
import type { Machine } from '../../config/machine.js';
import { makeCluster, secretsOf, site, type Runner, type VaultCluster } from './vault-targets.js';
import { activeWithin } from './vault-waiting.js';

/** Custodians, each at a terminal of their own, while the nodes start one after the other. */
export function vaultByHandContract(name: string, run: Runner): void {
  describe(`custodians of ${name}`, () => {
    let cluster: VaultCluster;
    let shares: string[] = [];
    beforeAll(async () => {
      cluster = await makeCluster(run, 2);
      await cluster.nodes[0]!.start();
      ({ shares } = await initialise(cluster.client(0), { seal: 'shamir', shares: 3, threshold: 2 }));
    }, 3_600_000);
    afterAll(() => cluster.close());

    const context = (signal = new AbortController().signal) => ({
      site,
      secrets: secretsOf(),
      signal,
      machines: cluster.nodes.map(({ settings }) => ({
        name: settings.nodeId,
        address: settings.address,
      })) as Machine[],
    });

    test('see each node, also the one that does not run', async () => {
      expect(await nodeReports(context())).toEqual([
        { machine: 'vault-1', state: 'sealed', version: '1.21.1', shares: '0 of 2 shares given' },
        { machine: 'vault-2', state: 'silent' },
      ]);
    });

    test('a wrong share is said to be one, and the node forgets what it was given', async () => {
      const [one, two] = shares as [string, string];
      const wrong = two.replace(/.{2}$/, (end) => (end === '00' ? '01' : '00'));
      const ended = new AbortController();
      const first = giveShareToAll(context(ended.signal), one, () => undefined).catch(() => 'ended');
      while ((await sealStatus(cluster.client(0))).progress === 0) await sleep(50);
      await expect(giveShareToAll(context(), wrong, () => undefined)).rejects.toThrow(PermanentError);
      expect(await sealStatus(cluster.client(0))).toMatchObject({ sealed: true, progress: 0 });
      ended.abort();
      await first;
    });

    test('two of three open all nodes, also one that starts later, and each command ends by itself', async () => {
      const told: string[] = [];
      const both = Promise.all(
        shares.slice(1).map((share) => giveShareToAll(context(), share, (line) => told.push(line))),
      );
      await activeWithin(cluster, 0);
      expect(told).toContain('vault-2 does not answer yet');
      await cluster.nodes[1]!.start();
      await both;
      for (const index of [0, 1]) expect((await sealStatus(cluster.client(index))).sealed).toBe(false);
      expect(told).toContain('vault-2 is open');
    });
  });
}
