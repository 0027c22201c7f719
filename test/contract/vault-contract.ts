import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logInWithAppRole } from '../../activities/clients/vault/approle.js';
import { auditFiles } from '../../activities/clients/vault/audit.js';
import { initialise, isInitialised } from '../../activities/clients/vault/initialise.js';
import { ensureSecret, readSecret, writeSecret, destroySecret } from '../../activities/clients/vault/kv.js';
import { mount, mountsOf, unmount } from '../../activities/clients/vault/mounts.js';
import { writePolicy } from '../../activities/clients/vault/policies.js';
import { forgetShares, giveShare, nodeState, sealStatus } from '../../activities/clients/vault/status.js';
import { ownToken, revokeOwnToken } from '../../activities/clients/vault/token.js';
import { vaultClient } from '../../activities/clients/vault/vault.js';
import { authorityOf } from '../../config/certificates/authority.js';
import { createSecrets } from '../../config/secrets.js';
import { activeWithin, until } from './vault-waiting.js';
import { makeCluster, site, type Runner, type VaultCluster } from './vault-targets.js';
import { refusal } from './refusal.js';

/** What Socle relies on of one node of Vault, asked in the order in which a deployment asks it. */
export function vaultContract(name: string, run: Runner): void {
  describe(`one node of ${name}`, () => {
    let cluster: VaultCluster;
    let shares: string[];
    let root: string;
    beforeAll(async () => {
      cluster = await makeCluster(run, 1);
      await cluster.nodes[0]!.start();
    }, 3_600_000);
    afterAll(() => cluster.close());

    test('answers what it is before it is initialised', async () => {
      const vault = cluster.client(0);
      expect(await nodeState(vault)).toBe('uninitialised');
      expect(await isInitialised(vault)).toBe(false);
      expect(await sealStatus(vault)).toMatchObject({ initialized: false, sealed: true, storage: 'raft' });
    });

    test('is asked over TLS with the authority of the site alone', async () => {
      const stranger = await authorityOf(site, createSecrets(site, { MASTER: '22'.repeat(32) }));
      const error = await refusal(nodeState(vaultClient({ url: cluster.nodes[0]!.url, ca: stranger.root })));
      expect(error).toMatchObject({ status: 0 });
      expect(error.message).toContain('certificate');
    });

    test('is initialised once, and says so to whoever asks again', async () => {
      const vault = cluster.client(0);
      const answer = await initialise(vault, { seal: 'shamir', shares: 3, threshold: 2 });
      expect(answer.shares).toHaveLength(3);
      shares = answer.shares;
      root = answer.rootToken;
      expect(await isInitialised(vault)).toBe(true);
      expect(await nodeState(vault)).toBe('sealed');
      const error = await refusal(initialise(vault, { seal: 'shamir', shares: 1, threshold: 1 }));
      expect(error).toMatchObject({ status: 400, retryable: false });
      expect(error.message).toContain('already initialized');
    });

    test('counts shares, refuses wrong ones and opens with as many as it needs', async () => {
      const vault = cluster.client(0);
      expect(await sealStatus(vault)).toMatchObject({ threshold: 2, shares: 3, progress: 0 });
      expect(await giveShare(vault, shares[0]!)).toMatchObject({ sealed: true, progress: 1 });
      // The same share again counts once.
      expect(await giveShare(vault, shares[0]!)).toMatchObject({ progress: 1 });
      await forgetShares(vault);
      expect(await sealStatus(vault)).toMatchObject({ progress: 0 });
      await giveShare(vault, shares[0]!);
      const wrong = `${shares[1]!.slice(0, -4)}${shares[1]!.endsWith('0000') ? '1111' : '0000'}`;
      const error = await refusal(giveShare(vault, wrong));
      expect(error.status).toBe(400);
      expect(error.message).not.toContain(wrong);
      expect(await sealStatus(vault)).toMatchObject({ sealed: true, progress: 0 });
      await giveShare(vault, shares[2]!);
      expect(await giveShare(vault, shares[0]!)).toMatchObject({ sealed: false });
      await activeWithin(cluster, 0);
    });

    test('mounts an engine once and keeps what it is', async () => {
      const vault = cluster.client(0, root);
      await mount(vault, 'mounts', 'trial', { type: 'kv', options: { version: '2' } });
      expect((await mountsOf(vault, 'mounts')).get('trial')).toMatchObject({
        type: 'kv',
        options: { version: '2' },
      });
      const error = await refusal(mount(vault, 'mounts', 'trial', { type: 'kv' }));
      expect([400, 409]).toContain(error.status);
      expect(error.message).toContain('path is already in use at trial/');
    });

    test('a secret is written once, read by all, and changed only by who knows its version', async () => {
      const vault = cluster.client(0, root);
      expect(await readSecret(vault, 'trial', 'platform/keycloak')).toBeUndefined();
      let first: unknown;
      // A new engine of version 2 refuses what it is asked in its first moments.
      await until('the engine to be ready', async () => {
        first = await ensureSecret(vault, 'trial', 'platform/keycloak', () => ({ password: 'one' }));
        return true;
      });
      const second = await ensureSecret(vault, 'trial', 'platform/keycloak', () => ({ password: 'two' }));
      expect([first, second]).toEqual([{ password: 'one' }, { password: 'one' }]);
      const error = await refusal(writeSecret(vault, 'trial', 'platform/keycloak', { password: 'x' }, 0));
      expect(error.status).toBe(400);
      expect(error.message).toContain('check-and-set');
      expect(await writeSecret(vault, 'trial', 'platform/keycloak', { password: 'x' }, 1)).toBe(2);
      expect(await readSecret(vault, 'trial', 'platform/keycloak')).toEqual({
        fields: { password: 'x' },
        version: 2,
      });
      await destroySecret(vault, 'trial', 'platform/keycloak');
      await destroySecret(vault, 'trial', 'platform/keycloak');
      expect(await readSecret(vault, 'trial', 'platform/keycloak')).toBeUndefined();
      await unmount(vault, 'mounts', 'trial');
      await unmount(vault, 'mounts', 'trial');
      expect((await mountsOf(vault, 'mounts')).has('trial')).toBe(false);
    });

    test('an unknown token is refused and is not in the error', async () => {
      const error = await refusal(ownToken(cluster.client(0, 'hvs.not-a-token')));
      expect(error).toMatchObject({ status: 403, retryable: false });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('not-a-token');
      await refusal(auditFiles(cluster.client(0)));
    });

    test('a token may do what its policies say and nothing else', async () => {
      const vault = cluster.client(0, root);
      await mount(vault, 'mounts', 'trial', { type: 'kv', options: { version: '2' } });
      await mount(vault, 'auth', 'approle', { type: 'approle' });
      await writePolicy(
        vault,
        'reader',
        'path "trial/data/one" { capabilities = ["read"] }\npath "trial/data/team/+" { capabilities = ["create", "update"] }\n',
      );
      await vault.request({
        method: 'POST',
        path: 'auth/approle/role/reader',
        body: { token_policies: ['reader'], token_bound_cidrs: ['127.0.0.0/8'] },
      });
      const ids = { role: 'the-role-id', secret: 'the-secret-id' };
      await vault.request({
        method: 'POST',
        path: 'auth/approle/role/reader/role-id',
        body: { role_id: ids.role },
      });
      await vault.request({
        method: 'POST',
        path: 'auth/approle/role/reader/custom-secret-id',
        body: { secret_id: ids.secret },
      });
      await until('the engine to be ready', async () => {
        return (await writeSecret(vault, 'trial', 'one', { is: 'there' }, 0)) === 1;
      });
      const reader = cluster.client(0, await logInWithAppRole(cluster.client(0), ids.role, ids.secret));
      expect(await readSecret(reader, 'trial', 'one')).toMatchObject({ fields: { is: 'there' } });
      expect(await writeSecret(reader, 'trial', 'team/two', { is: 'new' }, 0)).toBe(1);
      for (const denied of [
        () => writeSecret(reader, 'trial', 'one', { is: 'other' }, 1),
        () => readSecret(reader, 'trial', 'two'),
        () => readSecret(reader, 'trial', 'team/two'),
        () => writeSecret(reader, 'trial', 'team/two/three', { is: 'new' }, 0),
        () => mountsOf(reader, 'mounts'),
      ])
        expect(await refusal(denied())).toMatchObject({ status: 403 });
      await revokeOwnToken(reader);
      expect(await refusal(readSecret(reader, 'trial', 'one'))).toMatchObject({ status: 403 });
      await refusal(logInWithAppRole(cluster.client(0), ids.role, 'another-secret-id'));
    });

    test('is sealed after a reboot, holds what it held, and opens again', async () => {
      await cluster.nodes[0]!.kill();
      const gone = await refusal(nodeState(cluster.client(0)));
      expect(gone).toMatchObject({ status: 0, retryable: true });
      await cluster.nodes[0]!.start();
      expect(await nodeState(cluster.client(0))).toBe('sealed');
      const sealed = await refusal(readSecret(cluster.client(0, root), 'trial', 'one'));
      expect(sealed).toMatchObject({ status: 503, retryable: true });
      for (const share of shares.slice(0, 2)) await giveShare(cluster.client(0), share);
      await activeWithin(cluster, 0);
      expect(await readSecret(cluster.client(0, root), 'trial', 'one')).toMatchObject({ version: 1 });
    });
  });
}
