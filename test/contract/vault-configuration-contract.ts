import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logInWithAppRole } from '../../activities/clients/vault/approle.js';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { readSecret, ensureSecret } from '../../activities/clients/vault/kv.js';
import { mountsOf } from '../../activities/clients/vault/mounts.js';
import { signUnderRole } from '../../activities/clients/vault/pki-roles.js';
import { issuersOf } from '../../activities/clients/vault/pki.js';
import { restoreSnapshot, takeSnapshot } from '../../activities/clients/vault/raft.js';
import { ownToken, revokeOwnToken } from '../../activities/clients/vault/token.js';
import { vaultClient, type Vault } from '../../activities/clients/vault/vault.js';
import { ApiError } from '../../activities/errors.js';
import {
  applyConfiguration,
  configurationDifferences,
  type ConfigurationMeans,
} from '../../activities/roles/3-base-infrastructure/vault/configuration-differences.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import {
  wantedConfiguration,
  type WantedConfiguration,
} from '../../activities/roles/3-base-infrastructure/vault/wanted-configuration.js';
import { authorityOf } from '../../config/certificates/authority.js';
import type { Machine } from '../../config/machine.js';
import { serverPair } from '../server-pair.js';
import { losingProxy, type LosingProxy } from './losing-proxy.js';
import { makeCluster, secretsOf, site, type Runner, type VaultCluster } from './vault-targets.js';
import { activeWithin, until } from './vault-waiting.js';

const machines = [
  { name: 'vault-1', group: 'vault', zone: 'infra', address: '127.0.0.11' },
  { name: 'gitops-1', group: 'gitops', zone: 'infra', address: '127.0.0.12' },
] as Machine[];

/** The whole configuration of a site's Vault, applied to one of this kind with every answer lost once. */
export function vaultConfigurationContract(name: string, run: Runner): void {
  describe(`configuration of ${name}`, () => {
    let cluster: VaultCluster;
    let proxy: LosingProxy;
    let root: string;
    let share: string;
    let orchestrator: Vault;
    let wanted: WantedConfiguration;
    let means: ConfigurationMeans;
    const secrets = secretsOf();
    const ids = (role: string) => ({
      roleId: secrets.vaultRoleId(role),
      secretId: secrets.vaultSecretId(role),
    });

    beforeAll(async () => {
      cluster = await makeCluster(run, 1);
      const node = cluster.nodes[0]!;
      await node.start();
      const answer = await initialise(cluster.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
      root = answer.rootToken;
      share = answer.shares[0]!;
      await openNode(cluster.client(0), answer.shares);
      await activeWithin(cluster, 0);
      const { address } = node.settings;
      const pair = cluster.certificate('vault', [], [address]);
      proxy = await losingProxy({ address, ...pair, target: node.url, ca: cluster.authority.root });
      const [one, two] = node.auditFiles;
      wanted = {
        ...wantedConfiguration({ site, machines, virtualAddresses: [] }),
        audit: { file: one, 'second-file': two },
      };
      means = { authority: cluster.authority, appRoleIds: ids, now: new Date() };
    }, 3_600_000);
    afterAll(async () => {
      await proxy.close();
      await cluster.close();
    });

    const found = async (vault: Vault): Promise<string[]> => {
      const all: string[] = [];
      for await (const { what } of configurationDifferences(vault, wanted, means)) all.push(what);
      return all;
    };

    test('everything is missing at first, and asking changes nothing', async () => {
      const vault = cluster.client(0, root);
      const missing = await found(vault);
      expect(missing).toEqual(
        expect.arrayContaining([
          'audit device file',
          'audit device second-file',
          'auth method approle',
          'secrets engine kv',
          'policy orchestrator',
          'AppRole break-glass: secret id',
          'certificate of the intermediate',
          expect.stringContaining('PKI role vault-1: allowed_domains, allow_bare_domains'),
          'login by certificate: machine',
        ]),
      );
      expect(await found(vault)).toEqual(missing);
      expect((await mountsOf(vault, 'mounts')).has('pki')).toBe(false);
    });

    test('with every answer lost once it becomes what is wanted, with one issuer', async () => {
      const vault = vaultClient({ url: proxy.url, ca: cluster.authority.root, token: root });
      const seen = new Set<string>();
      let runs = 0;
      for (;;) {
        runs += 1;
        expect(runs).toBeLessThan(80);
        proxy.lose((method, path) => {
          const isNew = method !== 'GET' && !seen.has(`${method} ${path}`);
          if (isNew) seen.add(`${method} ${path}`);
          return isNew;
        });
        try {
          await applyConfiguration(vault, wanted, means);
          break;
        } catch (error) {
          expect(error).toMatchObject({ status: 0, retryable: true });
        }
      }
      expect(proxy.lost().length).toBeGreaterThan(20);
      proxy.lose(() => false);
      expect(await applyConfiguration(vault, wanted, means)).toEqual([]);
      expect(await issuersOf(vault, 'pki')).toHaveLength(1);
    });

    test('two attempts at once end with one issuer and nothing left to do', async () => {
      const vault = cluster.client(0, root);
      for (const { id } of await issuersOf(vault, 'pki'))
        await vault.request({ method: 'DELETE', path: `pki/issuer/${id}` });
      await Promise.all([
        applyConfiguration(vault, wanted, means),
        applyConfiguration(cluster.client(0, root), wanted, means),
      ]);
      expect(await issuersOf(vault, 'pki')).toHaveLength(1);
      expect(await found(vault)).toEqual([]);
    });

    test('what somebody changed is named and put right', async () => {
      const vault = cluster.client(0, root);
      const path = 'pki/roles/vault-1';
      await vault.request({ method: 'PATCH', path, ...patch, body: { allow_localhost: true } });
      await vault.request({
        method: 'PUT',
        path: 'sys/policies/acl/orchestrator',
        body: { policy: 'path "*" { capabilities = ["read"] }' },
      });
      expect(await applyConfiguration(vault, wanted, means)).toEqual([
        'policy orchestrator',
        'PKI role vault-1: allow_localhost',
      ]);
    });

    test('Socle logs in with derived ids and finds nothing to do with its own policy', async () => {
      const { roleId, secretId } = ids('orchestrator');
      orchestrator = cluster.client(0, await logInWithAppRole(cluster.client(0), roleId, secretId));
      expect((await ownToken(orchestrator)).policies.sort()).toEqual(['default', 'orchestrator']);
      expect(await found(orchestrator)).toEqual([]);
      await until('the engine to be ready', async () => {
        await ensureSecret(orchestrator, 'kv', 'platform/trial', () => ({ is: 'there' }));
        return true;
      });
      await expect(readSecret(orchestrator, 'kv', 'team/other')).rejects.toMatchObject({ status: 403 });
      expect((await takeSnapshot(orchestrator)).length).toBeGreaterThan(1000);
    });

    test('from a network that is not declared nobody logs in, with the right ids neither', async () => {
      const vault = cluster.client(0, root);
      const elsewhere = {
        ...wanted,
        appRoles: {
          ...wanted.appRoles,
          orchestrator: { ...wanted.appRoles.orchestrator, networks: ['10.9.0.0/24'] },
        },
      };
      expect(await applyConfiguration(vault, elsewhere, means)).toEqual(['AppRole orchestrator: networks']);
      const { roleId, secretId } = ids('orchestrator');
      const error = await logInWithAppRole(cluster.client(0), roleId, secretId).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ApiError);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secretId);
      await applyConfiguration(vault, wanted, means);
      await logInWithAppRole(cluster.client(0), roleId, secretId);
    });

    test('the root token is revoked, and with broken glass everything can still be done', async () => {
      const { roleId, secretId } = ids('break-glass');
      await revokeOwnToken(cluster.client(0, root));
      await expect(ownToken(cluster.client(0, root))).rejects.toMatchObject({ status: 403 });
      const glass = cluster.client(0, await logInWithAppRole(cluster.client(0), roleId, secretId));
      await ensureSecret(glass, 'kv', 'team/other', () => ({ is: 'there' }));
      expect(await found(glass)).toEqual([]);
    });

    test('a machine logs in with the certificate that it has and renews its own, no other', async () => {
      const { certificate, key } = cluster.certificate('gitops-1', ['gitops-1'], ['127.0.0.12']);
      const token = await logInWithCertificate(cluster, certificate, key, 'machine-first');
      const machine = cluster.client(0, token);
      const { csr, key: newKey } = requestOf('gitops-1');
      const asked = {
        csr,
        commonName: 'gitops-1',
        names: [`gitops-1.${site.domain}`],
        addresses: ['127.0.0.12'],
      };
      const signed = await signUnderRole(machine, 'pki', 'gitops-1', asked);
      const renewed = new X509Certificate(signed.certificate);
      expect(renewed.subjectAltName).toContain('IP Address:127.0.0.12');
      expect(renewed.subjectAltName).toContain(`DNS:gitops-1.${site.domain}`);
      const intermediate = new X509Certificate(signed.above[0]!);
      expect(renewed.verify(intermediate.publicKey)).toBe(true);
      expect(intermediate.verify(new X509Certificate(cluster.authority.root).publicKey)).toBe(true);
      await expect(signUnderRole(machine, 'pki', 'vault-1', asked)).rejects.toMatchObject({ status: 403 });
      await expect(
        signUnderRole(machine, 'pki', 'gitops-1', { ...asked, commonName: 'vault-1' }),
      ).rejects.toMatchObject({ status: 400 });
      // The one that Vault signed is good for the next renewal.
      const next = await logInWithCertificate(cluster, signed.certificate, newKey, 'machine');
      await signUnderRole(cluster.client(0, next), 'pki', 'gitops-1', asked);
      const elsewhere = await authorityOf(site, secretsOf({ MASTER: '22'.repeat(32) }));
      const forged = serverPair(elsewhere, 'gitops-1', ['gitops-1'], ['127.0.0.12']);
      await expect(
        logInWithCertificate(cluster, forged.certificate, forged.key, 'machine-first'),
      ).rejects.toThrow(/40[03]/);
      const stranger = cluster.certificate('somebody', [], []);
      await expect(
        logInWithCertificate(cluster, stranger.certificate, stranger.key, 'machine-first'),
      ).rejects.toThrow(/40[03]/);
    });

    test('Socle itself may put back a snapshot, also one of another Vault', async () => {
      const { roleId, secretId } = ids('orchestrator');
      const asSocle = async (): Promise<Vault> =>
        cluster.client(0, await logInWithAppRole(cluster.client(0), roleId, secretId));
      const snapshot = await takeSnapshot(await asSocle());
      await restoreSnapshot(await asSocle(), snapshot);
      await restoreSnapshot(await asSocle(), snapshot, true);
      await until('the node to lead again', async () => {
        await openNode(cluster.client(0), [share]);
        await activeWithin(cluster, 0);
        return (await ownToken(await asSocle())).policies.includes('orchestrator');
      });
    });

    test('both audit logs tell who did what, and no secret', async () => {
      for (const file of cluster.nodes[0]!.auditFiles) {
        const text = await cluster.nodes[0]!.read(file);
        expect(text.includes('"path":"pki/sign/gitops-1"')).toBe(true);
        for (const secret of [root, share, secrets.vaultSecretId('orchestrator')])
          expect(text.includes(secret)).toBe(false);
      }
    });
  });
}

const patch = { headers: { 'content-type': 'application/merge-patch+json' } };

/** A signing request as a machine's own timer makes it. */
function requestOf(commonName: string): { csr: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'socle-request-'));
  try {
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
    writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
    const words = ['req', '-new', '-key', join(folder, 'key.pem'), '-subj', `/CN=${commonName}`];
    return { csr: execFileSync('openssl', words, { encoding: 'utf8' }), key };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function logInWithCertificate(
  cluster: VaultCluster,
  cert: string,
  key: string,
  name: string,
): Promise<string> {
  const { status, body } = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asked = request(
      `${cluster.nodes[0]!.url}/v1/auth/cert/login`,
      { method: 'POST', cert, key, ca: cluster.authority.root },
      (answer) => {
        let body = '';
        answer.on('data', (part: Buffer) => (body += part.toString()));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      },
    );
    asked.on('error', reject);
    asked.end(JSON.stringify({ name }));
  });
  if (status !== 200) throw new Error(`the login was answered with ${status}: ${body}`);
  return (JSON.parse(body) as { auth: { client_token: string } }).auth.client_token;
}
