import { expect, test } from 'vitest';
import {
  initialisationOf,
  keep,
  rootTokenIn,
  sharesIn,
} from '../../activities/roles/3-base-infrastructure/vault/kept-initialisation.js';
import { renewalPolicy } from '../../activities/roles/3-base-infrastructure/vault/policies.js';
import { pgpKeyForVault } from '../../activities/roles/3-base-infrastructure/vault/pgp-key.js';
import { createSecrets, type SecretsSource } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';

const source = {
  name: 'demo',
  uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  secrets: { master: 'env:MASTER', versions: { hostKeys: 1, operatorKey: 1 } },
} as unknown as SecretsSource;
const armoured = [
  '-----BEGIN PGP PUBLIC KEY BLOCK-----',
  'Comment: one',
  '',
  'mDMEaSgAAB',
  'YJKwYBBAHa',
  '=abcd',
  '-----END PGP PUBLIC KEY BLOCK-----',
  '',
].join('\n');
const secrets = createSecrets(source, {
  MASTER: '11'.repeat(32),
  ALICE: armoured,
  BOB: armoured,
  ROOT: armoured,
});

test('an armoured PGP key loses its headers and checksum, and other text is refused', () => {
  expect(pgpKeyForVault(armoured)).toBe('mDMEaSgAABYJKwYBBAHa');
  expect(pgpKeyForVault(armoured.replaceAll('\n', '\r\n'))).toBe('mDMEaSgAABYJKwYBBAHa');
  expect(() => pgpKeyForVault('nothing')).toThrow('no public PGP key');
  expect(() => pgpKeyForVault(armoured.replace('PUBLIC', 'PRIVATE'))).toThrow('no public PGP key');
});

test('each custodian has a share of a threshold, and the worker can read none of them', async () => {
  const site = {
    vault: {
      unseal: {
        kind: 'custodians',
        threshold: 2,
        custodians: [
          { name: 'Alice', pgpKey: 'env:ALICE' },
          { name: 'Bob', pgpKey: 'env:BOB' },
        ],
        rootToken: 'env:ROOT',
      },
    },
  } as Pick<Site, 'vault'>;
  expect(await initialisationOf(site, secrets)).toMatchObject({ shares: 2, threshold: 2 });
  const kept = keep(site, secrets, { shares: ['for-alice', 'for-bob'], rootToken: 'for-root' });
  expect(JSON.parse(kept)).toMatchObject({
    shares: [
      { custodian: 'Alice', encrypted: 'for-alice' },
      { custodian: 'Bob', encrypted: 'for-bob' },
    ],
  });
  expect(sharesIn(kept, secrets)).toEqual([]);
  expect(rootTokenIn(kept, secrets)).toBeUndefined();
});

test('what is sealed opens with this master key alone', () => {
  const site = { vault: { unseal: { kind: 'sealed' } } } as Pick<Site, 'vault'>;
  const kept = keep(site, secrets, { shares: ['the-share'], rootToken: 'the-root-token' });
  expect(kept).not.toMatch(/the-share|the-root-token/);
  expect([sharesIn(kept, secrets), rootTokenIn(kept, secrets)]).toEqual([['the-share'], 'the-root-token']);
  const other = createSecrets(source, { MASTER: '22'.repeat(32) });
  expect(() => sharesIn(kept, other)).toThrow();
  expect(() => rootTokenIn(kept, other)).toThrow();
});

test('ids of AppRoles are derived, one for each role, purpose and version', () => {
  const ids = [
    secrets.vaultRoleId('orchestrator'),
    secrets.vaultSecretId('orchestrator'),
    secrets.vaultSecretId('orchestrator', 2),
    secrets.vaultSecretId('break-glass'),
  ];
  expect(new Set(ids).size).toBe(4);
  expect(secrets.redact(`login with ${ids[1]}`)).toBe('login with ***');
});

test('a machine may use the role that bears its own name', () => {
  expect(renewalPolicy('auth_cert_1')).toBe(
    'path "pki/sign/{{identity.entity.aliases.auth_cert_1.name}}" {\n  capabilities = ["update"]\n}\n',
  );
});
