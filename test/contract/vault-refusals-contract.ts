import { generateKeyPairSync, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logInWithAppRole } from '../../activities/clients/vault/approle.js';
import { enableAuditFile } from '../../activities/clients/vault/audit.js';
import { initialise } from '../../activities/clients/vault/initialise.js';
import { mount } from '../../activities/clients/vault/mounts.js';
import { importChain, makeKey, requestIntermediate } from '../../activities/clients/vault/pki.js';
import { nodeState } from '../../activities/clients/vault/status.js';
import type { Vault } from '../../activities/clients/vault/vault.js';
import { ApiError } from '../../activities/errors.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';
import { signIntermediate } from '../../activities/roles/3-base-infrastructure/vault/intermediate.js';
import { signRequest } from '../../config/certificates/x509.js';
import { makeCluster, type Runner, type VaultCluster } from './vault-targets.js';
import { activeWithin, until } from './vault-waiting.js';

type Asked = [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown];

/** What Vault refuses and in which order, beyond what the clients provoke: status by status. */
export function vaultRefusalsContract(name: string, run: Runner): void {
  describe(`refusals of ${name}`, () => {
    let cluster: VaultCluster;
    let vault: Vault;
    let root: string;
    let shares: string[];

    beforeAll(async () => {
      cluster = await makeCluster(run, 1);
      await cluster.nodes[0]!.start();
      const answer = await initialise(cluster.client(0), { seal: 'shamir', shares: 1, threshold: 1 });
      ({ shares, rootToken: root } = answer);
      await openNode(cluster.client(0), shares);
      await activeWithin(cluster, 0);
      vault = cluster.client(0, root);
      await mount(vault, 'mounts', 'kv', { type: 'kv', options: { version: '2' } });
      await mount(vault, 'mounts', 'pki', { type: 'pki', maxLeaseSeconds: 100 * 86_400 });
      await mount(vault, 'auth', 'approle', { type: 'approle' });
      await until('the engine to be ready', async () => {
        await ask(['POST', 'kv/data/ready', { data: {} }]);
        return true;
      });
    }, 3_600_000);
    afterAll(() => cluster.close());

    const ask = async ([method, path, body]: Asked, from = vault): Promise<unknown> => {
      const headers = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : {};
      const [plain, query] = path.split('?');
      const { body: answer } = await from.request({
        method,
        path: plain!,
        headers,
        ...(query === undefined ? {} : { query: Object.fromEntries(new URLSearchParams(query)) }),
        ...(body === undefined ? {} : { body }),
      });
      return answer;
    };
    /** The status of what is refused, 200 of what is not. */
    const status = async (asked: Asked, from = vault): Promise<number> => {
      try {
        await ask(asked, from);
        return 200;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.status;
      }
    };

    test.each<[number, string, Asked]>([
      [404, 'a mount that is not there', ['GET', 'nowhere/data/x']],
      [404, 'a policy that is not there', ['GET', 'sys/policies/acl/nobody']],
      [400, 'a policy with an unknown capability', policy('path "a" { capabilities = ["fly"] }')],
      [400, 'a policy that is no HCL', policy('path "a" {')],
      [400, 'a policy with +*', policy('path "a/+*" { capabilities = ["read"] }')],
      [400, 'an empty policy', policy('')],
      [400, 'to write the policy root', ['PUT', 'sys/policies/acl/root', { policy: 'path "a" {}' }]],
      [400, 'to delete the policy default', ['DELETE', 'sys/policies/acl/default']],
      [400, 'an unknown engine', ['POST', 'sys/mounts/x', { type: 'no-such-engine' }]],
      [
        400,
        'an engine below another one',
        ['POST', 'sys/mounts/kv/below', { type: 'kv', options: { version: '2' } }],
      ],
      [400, 'to take a core mount away', ['DELETE', 'sys/mounts/sys']],
      [404, 'a secret that is not there', ['GET', 'kv/data/nothing']],
      [404, 'a list of nothing', ['GET', 'kv/metadata/nothing?list=true']],
      [400, 'a secret without data', ['POST', 'kv/data/x', { options: {} }]],
      [400, 'a version that it does not have', ['POST', 'kv/data/ready', { data: {}, options: { cas: 7 } }]],
      [404, 'a role that is not there', ['GET', 'auth/approle/role/nobody']],
      [404, 'the id of a role that is not there', ['GET', 'auth/approle/role/nobody/role-id']],
      [500, 'a login with nothing', ['POST', 'auth/approle/login', {}]],
      [400, 'a login with unknown ids', ['POST', 'auth/approle/login', { role_id: 'x', secret_id: 'y' }]],
      [400, 'a network that is none', ['POST', 'auth/approle/role/r', { token_bound_cidrs: ['here'] }]],
      [404, 'keys of an engine that has none', ['GET', 'pki/keys?list=true']],
      [404, 'issuers of an engine that has none', ['GET', 'pki/issuers?list=true']],
      [404, 'a PKI role that is not there', ['GET', 'pki/roles/nobody']],
      [400, 'to change a PKI role that is not there', ['PATCH', 'pki/roles/nobody', { ttl: 5 }]],
      [400, 'an unknown type of key', ['POST', 'pki/roles/r', { key_type: 'wood' }]],
      [
        400,
        'an audit file below a file',
        ['PUT', 'sys/audit/x', { type: 'file', options: { file_path: '/etc/passwd/x' } }],
      ],
    ])('%i: %s', async (expected, _, asked) => {
      expect(await status(asked)).toBe(expected);
    });

    test('without a token only what is for everybody is answered', async () => {
      const nobody = cluster.client(0);
      expect(await status(['GET', 'sys/health'], nobody)).toBe(200);
      for (const path of ['sys/mounts', 'kv/data/ready', 'nowhere/at/all', 'sys/storage/raft/configuration'])
        expect(await status(['GET', path], nobody), path).toBe(403);
    });

    test('of several rules the most exact one counts, and deny is final', async () => {
      const rules = [
        ['kv/data/*', 'read'],
        ['kv/data/team/+/open', 'create", "update", "read'],
        ['kv/data/team/one/*', 'deny'],
        ['kv/data/team/two/open', 'read'],
        ['kv/metadata/', 'list'],
        ['sys/audit', 'read'],
      ].map(([path, capabilities]) => `path "${path}" { capabilities = ["${capabilities}"] }`);
      await ask(['PUT', 'sys/policies/acl/mixed', { policy: rules.join('\n') }]);
      await ask(['POST', 'auth/approle/role/mixed', { token_policies: 'mixed', bind_secret_id: true }]);
      await ask(['POST', 'auth/approle/role/mixed/role-id', { role_id: 'mixed-id' }]);
      await ask(['POST', 'auth/approle/role/mixed/custom-secret-id', { secret_id: 'mixed-secret' }]);
      const token = await logInWithAppRole(cluster.client(0), 'mixed-id', 'mixed-secret');
      const mixed = cluster.client(0, token);
      const write = (path: string): Asked => ['POST', path, { data: { a: 'b' } }];
      expect(await status(['GET', 'kv/data/ready'], mixed)).toBe(200);
      expect(await status(write('kv/data/ready'), mixed)).toBe(403);
      expect(await status(write('kv/data/team/three/open'), mixed)).toBe(200);
      expect(await status(write('kv/data/team/two/open'), mixed)).toBe(403);
      expect(await status(['GET', 'kv/data/team/one/open'], mixed)).toBe(403);
      expect(await status(['GET', 'kv/data/team/one/x'], mixed)).toBe(403);
      expect(await status(['GET', 'kv/metadata?list=true'], mixed)).toBe(200);
      expect(await status(['GET', 'kv/metadata/team?list=true'], mixed)).toBe(403);
      await ask([
        'PUT',
        'sys/policies/acl/denies',
        { policy: 'path "kv/data/*" { capabilities = ["deny"] }' },
      ]);
      await ask(['POST', 'auth/approle/role/mixed', { token_policies: 'mixed,denies' }]);
      const both = cluster.client(0, await logInWithAppRole(cluster.client(0), 'mixed-id', 'mixed-secret'));
      expect(await status(['GET', 'kv/data/ready'], both)).toBe(403);
      // There is none, which is said to who may read it.
      expect(await status(['GET', 'kv/data/team/two/open'], both)).toBe(404);
      // Read is not enough where it asks for sudo.
      expect(await status(['GET', 'sys/audit'], mixed)).toBe(403);
      expect(await status(['PUT', 'sys/seal'], mixed)).toBe(403);
    });

    test('a token lasts as long as its role says and no longer', async () => {
      const short: Asked = ['POST', 'auth/approle/role/mixed', { token_ttl: '2s', token_max_ttl: 2 }];
      await ask(short);
      const token = await logInWithAppRole(cluster.client(0), 'mixed-id', 'mixed-secret');
      const mixed = cluster.client(0, token);
      expect(await status(['GET', 'auth/token/lookup-self'], mixed)).toBe(200);
      await until('the token to end', async () => {
        return (await status(['GET', 'auth/token/lookup-self'], mixed)) === 403;
      });
    });

    test('a secret has versions, and one that was deleted is not there until it is written again', async () => {
      const version = (path: string): Promise<number> => status(['GET', path]);
      for (const value of ['one', 'two']) await ask(['POST', 'kv/data/twice', { data: { value } }]);
      expect(await ask(['GET', 'kv/data/twice?version=1'])).toMatchObject({
        data: { data: { value: 'one' } },
      });
      await ask(['DELETE', 'kv/data/twice']);
      expect(await version('kv/data/twice')).toBe(404);
      expect(await version('kv/data/twice?version=1')).toBe(200);
      expect(await ask(['GET', 'kv/metadata/twice'])).toMatchObject({ data: { current_version: 2 } });
      const written = await ask(['POST', 'kv/data/twice', { data: { value: 'three' }, options: { cas: 2 } }]);
      expect(written).toMatchObject({ data: { version: 3 } });
      expect(await ask(['GET', 'kv/metadata?list=true'])).toMatchObject({
        data: { keys: expect.arrayContaining(['ready', 'team/', 'twice']) as unknown },
      });
    });

    test('PKI signs what a role allows and nothing else', async () => {
      const roleOf = { allowed_domains: ['a.example.org', '*.glob.example.org'], key_type: 'any' };
      const strict = { use_csr_common_name: false, use_csr_sans: false, allow_localhost: false };
      await ask(['POST', 'pki/roles/r', { ...roleOf, ...strict, allow_bare_domains: true, max_ttl: '72h' }]);
      const csr = requestOf();
      const sign = (common_name: string, more: object = {}): Asked => [
        'POST',
        'pki/sign/r',
        { csr, common_name, ...more },
      ];
      expect(await status(sign('a.example.org'))).toBe(500);
      const keyId = await makeKey(vault, 'pki', 'one');
      expect(await status(['POST', 'pki/keys/generate/internal', { key_name: 'one', key_type: 'ec' }])).toBe(
        400,
      );
      const request = await requestIntermediate(vault, 'pki', keyId, 'trial');
      const subject = { commonName: 'trial', organization: 'example', days: 30 };
      const chain = signIntermediate(cluster.authority, request, subject, new Date());
      await importChain(vault, 'pki', chain);
      await importChain(vault, 'pki', chain);
      expect(await ask(['GET', 'pki/issuers?list=true'])).toMatchObject({
        data: { keys: [expect.any(String)] },
      });
      const signed = (await ask(sign('a.example.org', { ip_sans: '127.0.0.1' }))) as {
        data: { ca_chain: string[]; expiration: number };
      };
      expect(signed.data.ca_chain).toHaveLength(1);
      expect(signed.data.expiration).toBeLessThan(Date.now() / 1000 + 73 * 3_600);
      for (const other of [
        'b.example.org',
        'sub.a.example.org',
        'localhost',
        '*.a.example.org',
        'x.glob.example.org',
      ])
        expect(await status(sign(other)), other).toBe(400);
      expect(await status(sign('a.example.org', { alt_names: 'b.example.org' }))).toBe(400);
      expect(await status(sign('a.example.org', { ip_sans: 'here' }))).toBe(400);
      expect(await status(['POST', 'pki/sign/nobody', { csr, common_name: 'a.example.org' }])).toBe(400);
      expect(await status(['POST', 'pki/sign/r', { csr: 'none', common_name: 'a.example.org' }])).toBe(400);
      await ask(['PATCH', 'pki/roles/r', { allow_subdomains: true, allow_glob_domains: true }]);
      for (const other of ['sub.a.example.org', 'x.glob.example.org', '*.a.example.org'])
        expect(await status(sign(other)), other).toBe(200);
      await ask(['PATCH', 'pki/roles/r', { allow_ip_sans: false, key_type: 'rsa' }]);
      expect(await status(sign('a.example.org'))).toBe(400);
      // The size that came with the type stays.
      expect(await status(['PATCH', 'pki/roles/r', { key_type: 'ec' }])).toBe(400);
      await ask(['PATCH', 'pki/roles/r', { key_type: 'ec', key_bits: 256 }]);
      expect(await status(sign('a.example.org', { ip_sans: '127.0.0.1' }))).toBe(400);
      expect(await status(sign('a.example.org'))).toBe(200);
      // Longer than the intermediate itself.
      await ask(['PATCH', 'pki/roles/r', { max_ttl: '2000h', ttl: '2000h' }]);
      expect(await status(sign('a.example.org'))).toBe(400);
    });

    test('a device twice, or two of one file, are refused', async () => {
      const [one, two] = cluster.nodes[0]!.auditFiles;
      await enableAuditFile(vault, 'one', one);
      expect(await status(['PUT', 'sys/audit/one', { type: 'file', options: { file_path: two } }])).toBe(400);
      expect(await status(['PUT', 'sys/audit/two', { type: 'file', options: { file_path: one } }])).toBe(400);
    });

    test('sealed by hand, it says so to everybody and opens again', async () => {
      await ask(['PUT', 'sys/seal']);
      expect(await nodeState(cluster.client(0))).toBe('sealed');
      expect(await status(['GET', 'sys/mounts'])).toBe(503);
      expect(await status(['GET', 'sys/leader'])).toBe(503);
      expect(await status(['GET', 'sys/health?sealedcode=200'])).toBe(200);
      expect(await status(['PUT', 'sys/unseal', { key: 'zz' }])).toBe(400);
      expect(await status(['PUT', 'sys/unseal', {}])).toBe(400);
      await openNode(cluster.client(0), shares);
      await activeWithin(cluster, 0);
      expect(await status(['GET', 'kv/data/ready'])).toBe(200);
    });
  });
}

function policy(text: string): Asked {
  return ['PUT', 'sys/policies/acl/trial', { policy: text }];
}

function requestOf(): string {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return signRequest(
    { commonName: 'asks', organization: 'example' },
    {
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      sign: (message) => sign('sha384', message, privateKey),
    },
  );
}
