import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecrets, type SecretsSource } from '../../config/secrets.js';
import { deriveBytes } from '../../config/secrets-keys.js';
import { canTestWith } from '../../tools/test-programs.js';

const site = {
  name: 'demo',
  uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  secrets: { master: 'env:MASTER', versions: { hostKeys: 1, operatorKey: 1, registryPassword: 1 } },
} as unknown as SecretsSource;
const environment = { MASTER: '11'.repeat(32), TOKEN: 'a-secret-token' };

test('the same master key gives the same keys on any worker', () => {
  const [one, two] = [createSecrets(site, environment), createSecrets(site, environment)];
  expect(one.hostKey('vault-1')).toEqual(two.hostKey('vault-1'));
});

test('machines, purposes, versions and sites have keys of their own', () => {
  const secrets = createSecrets(site, environment);
  const other = createSecrets({ ...site, uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a11' }, environment);
  const keys = [
    secrets.hostKey('vault-1'),
    secrets.hostKey('vault-2'),
    secrets.hostKey('vault-1', 2),
    secrets.bootstrapHostKey('vault-1'),
    secrets.operatorKey(),
    other.hostKey('vault-1'),
  ].map(({ publicKey }) => publicKey.split(' ')[1]);
  expect(new Set(keys).size).toBe(keys.length);
});

test.runIf(canTestWith('ssh-keygen'))('OpenSSH reads the private key and finds the same public key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'socle-'));
  try {
    const pair = createSecrets(site, environment).hostKey('vault-1');
    writeFileSync(join(folder, 'key'), pair.privateKey, { mode: 0o600 });
    const printed = execFileSync('ssh-keygen', ['-y', '-f', join(folder, 'key')], {
      encoding: 'utf8',
    }).trim();
    expect(printed).toBe(pair.publicKey);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('redact clears what was handed out, line by line, and nothing else', async () => {
  const secrets = createSecrets(site, environment);
  const token = await secrets.resolve('env:TOKEN');
  const line = secrets.operatorKey().privateKey.split('\n')[2]!;
  expect(secrets.redact(`login ${token} failed, key ${line}`)).toBe('login *** failed, key ***');
});

test('accounts of the registry have passwords of their own, which messages never show', () => {
  const secrets = createSecrets(site, environment);
  const passwords = [
    secrets.registryPassword('node'),
    secrets.registryPassword('socle'),
    secrets.registryPassword('node', 2),
    secrets.registryHttpSecret(),
    secrets.gogsPassword('socle'),
    secrets.gogsSecretKey(),
  ];
  expect(new Set(passwords).size).toBe(passwords.length);
  expect(secrets.registryPassword('node')).toBe(createSecrets(site, environment).registryPassword('node'));
  expect(secrets.registrySalt('node')).toHaveLength(16);
  expect(secrets.redact(`login ${passwords[1]!}`)).toBe('login ***');
});

test('a missing variable and a short master key are refused without their values', () => {
  expect(() => createSecrets(site, {})).toThrow('the variable MASTER is not set');
  expect(() => createSecrets(site, { MASTER: 'too-short' })).toThrow(/32 bytes/);
  expect(() => createSecrets(site, { MASTER: 'too-short' })).not.toThrow(/too-short/);
});

test('a sealed value opens only in its own place, and not when it was changed', () => {
  const { seal } = createSecrets(site, environment);
  const context = { name: 'unseal', version: 1, place: 'vault-1:/opt/vault/seal' };
  const sealed = seal.close('share', context);
  expect(seal.open(sealed, context)).toBe('share');
  expect(seal.close('share', context)).not.toBe(sealed);
  expect(() => seal.open(sealed, { ...context, place: 'vault-2' })).toThrow();
  const bytes = Buffer.from(sealed, 'base64');
  bytes[bytes.length - 1]! ^= 1;
  expect(() => seal.open(bytes.toString('base64'), context)).toThrow();
});

test('a zone has a branch of its own, from which only its machines can be derived', () => {
  const { branchKey } = createSecrets(site, environment);
  const names = ['seal', 'codec', 'operator', 'bootstrap/infra', 'bootstrap/dmz'] as const;
  const keys = names.map((name) => branchKey(name).toString('hex'));
  expect(new Set(keys).size).toBe(names.length);
  expect(keys.every((key) => key.length === 64)).toBe(true);
  expect(() => createSecrets(site, environment).hostKey('printer')).toThrow('printer');
});

test('derived keys stay what they are: machines out there have them', () => {
  const secrets = createSecrets(site, environment);
  expect(secrets.hostKey('vault-1').publicKey).toMatchInlineSnapshot(
    `"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE4X85JWcBhFamG44FwqffgjO4SELoWA8mO0gUzy1uJj vault-1"`,
  );
  expect(secrets.operatorKey().publicKey).toMatchInlineSnapshot(
    `"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFmg2Q5SqltGB2ii1uL2k8uf3DtBgshJvmHMBQ/lAcHx socle@demo"`,
  );
});

test('HKDF-SHA-256 with length-prefixed info agrees with the RFC 5869 construction done by hand from HMAC', () => {
  const master = Buffer.from('11'.repeat(32), 'hex');
  const branch = deriveBytes(master, site.uuid, ['branch', 'bootstrap/infra']);
  expect(deriveBytes(branch, site.uuid, ['host-key', 'vault-1', '1']).toString('hex')).toBe(
    '1eceef26a9ff176a17200d4240cbb63a6f96b0744daa5c2b57d1f2fbd4cca8c6',
  );
});

test('the password of the statistics is derived, long, and cleared from messages', () => {
  const [one, two] = [createSecrets(site, environment), createSecrets(site, environment)];
  const password = one.statisticsPassword();
  expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(two.statisticsPassword()).toBe(password);
  expect(one.redact(`--user socle:${password}`)).toBe('--user socle:***');
  const other = { ...site, uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a11' };
  expect(createSecrets(other, environment).statisticsPassword()).not.toBe(password);
});
