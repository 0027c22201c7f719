import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSecrets, type SecretsSource } from '../../config/secrets.js';

const site = {
  name: 'demo',
  uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  secrets: { master: 'env:MASTER', versions: { hostKeys: 1, operatorKey: 1 } },
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

test('OpenSSH reads the private key and finds the same public key', () => {
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
