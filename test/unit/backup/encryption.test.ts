import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backupKey } from '../../../activities/backup/backup-key.js';
import { decryptBackup } from '../../../activities/backup/decrypt.js';
import { encryptBackup, mostBackupBytes } from '../../../activities/backup/encrypt.js';
import { PermanentError } from '../../../activities/errors.js';

const key = Buffer.from('11'.repeat(32), 'hex');
const context = {
  siteUuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  role: 'install-vault',
  name: '2026-11-27T02-00-00Z.backup',
};
const content = Buffer.from('all that Vault holds');

test('any bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const restored = decryptBackup(encryptBackup(Buffer.from(bytes), key, context), key, context);
      expect(restored.equals(bytes)).toBe(true);
    }),
  );
});

test('the same content is never written twice in the same way', () => {
  const [one, two] = [encryptBackup(content, key, context), encryptBackup(content, key, context)];
  // Salt, nonce and the key's check follow the nine bytes of magic and version.
  expect(one.subarray(9, 41)).not.toEqual(two.subarray(9, 41));
  expect(one.subarray(41, 53)).not.toEqual(two.subarray(41, 53));
  expect(one.subarray(53, 69)).not.toEqual(two.subarray(53, 69));
  expect(one.subarray(-content.length - 16)).not.toEqual(two.subarray(-content.length - 16));
});

test('another key is named as the reason', () => {
  const encrypted = encryptBackup(content, key, context);
  expect(() => decryptBackup(encrypted, randomBytes(32), context)).toThrow(
    'the backup 2026-11-27T02-00-00Z.backup of install-vault cannot be restored: it was encrypted with another key',
  );
});

test.each([
  [
    { siteUuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a11' },
    'it is of another site, 0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  ],
  [{ role: 'install-gogs' }, 'it is the backup 2026-11-27T02-00-00Z.backup of install-vault'],
  [{ name: '2026-11-28T02-00-00Z.backup' }, 'it is the backup 2026-11-27T02-00-00Z.backup of install-vault'],
])('what is wanted as %o is told what it is', (other, reason) => {
  const encrypted = encryptBackup(content, key, context);
  expect(() => decryptBackup(encrypted, key, { ...context, ...other })).toThrow(reason);
});

test('whichever byte is changed, the backup is refused', () => {
  const encrypted = encryptBackup(content, key, context);
  for (let at = 0; at < encrypted.length; at += 1) {
    const changed = Buffer.from(encrypted);
    changed[at]! ^= 1;
    expect(() => decryptBackup(changed, key, context), `byte ${at}`).toThrow(PermanentError);
  }
});

test('a changed byte of the content is named as the reason', () => {
  const encrypted = encryptBackup(content, key, context);
  encrypted[encrypted.length - 20]! ^= 1;
  expect(() => decryptBackup(encrypted, key, context)).toThrow('its bytes are not those that were written');
});

test('a backup that says to be what is wanted, and is not, is refused', () => {
  const forged = encryptBackup(content, key, { ...context, role: 'install-vaulT' });
  forged.write('t', forged.indexOf('install-vaulT') + 'install-vaul'.length);
  expect(() => decryptBackup(forged, key, context)).toThrow('its bytes are not those that were written');
});

test('a backup that is cut short anywhere, or is longer, is refused', () => {
  const encrypted = encryptBackup(content, key, context);
  for (let length = 0; length < encrypted.length; length += 1)
    expect(() => decryptBackup(encrypted.subarray(0, length), key, context), `${length}`).toThrow(
      PermanentError,
    );
  expect(() => decryptBackup(Buffer.concat([encrypted, Buffer.of(0)]), key, context)).toThrow(PermanentError);
});

test('what is no backup, or a later format, is told apart', () => {
  expect(() => decryptBackup(Buffer.from('a gzip archive'), key, context)).toThrow(
    'it is no backup of Socle',
  );
  const later = encryptBackup(content, key, context);
  later[8] = 2;
  expect(() => decryptBackup(later, key, context)).toThrow('it has version 2 of the format');
});

test('what is larger than memory should hold is refused before it is encrypted', () => {
  const large = { length: mostBackupBytes + 1 } as Buffer;
  expect(() => encryptBackup(large, key, context)).toThrow(`has ${mostBackupBytes + 1} bytes`);
});

test('a backup of the first format opens in every later version', () => {
  const kept = Buffer.from(
    'U09DTEVCQUsBXe608eBhXQxSd3Qn+its2rNY9RFQGUvVqpdLEvmHjKnwhOqLBEY97tiP6B07+nHgT2EuP8BqN+76OZObAG97InNpdGVVdWlkIjoiMGI4ZjZmNWUtN2MwZC00YTU1LTlkMGUtM2Y2ZjBmNmYxYTEwIiwicm9sZSI6Imluc3RhbGwtdmF1bHQiLCJuYW1lIjoiMjAyNi0xMS0yN1QwMi0wMC0wMFouYmFja3VwIn0M91dhV6mRrSGaIkU/cStGclVnbj5NRzB1MNPwBS2YdGxySZM=',
    'base64',
  );
  expect(decryptBackup(kept, key, context).toString()).toBe('all that Vault holds');
});

test.each(['hex', 'base64', 'base64url'] as const)('a key in %s is read', (encoding) => {
  const bytes = Buffer.from('fb'.repeat(32), 'hex');
  expect(backupKey(bytes.toString(encoding), 'env:KEY')).toEqual(bytes);
});

test.each(['too-short', 'ab'.repeat(31), `${'a'.repeat(42)}!=`, 'ab'.repeat(33), ''])(
  '%j is no key, and is not shown',
  (text) => {
    expect(() => backupKey(text, 'env:KEY')).toThrow(/^env:KEY: the key of the backups must be 32 bytes/);
    expect(() => backupKey('too-short', 'env:KEY')).not.toThrow(/too-short/);
  },
);
