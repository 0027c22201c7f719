import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { PermanentError } from '../errors.js';
import { backupCipher, keysFor, readHeader, tagBytes, type BackupContext } from './format.js';

/**
 * Opens what `encryptBackup` made.
 * @param context what it must have been made as
 * @throws PermanentError that says whether it is no backup of Socle, another site's, role's or time's, encrypted with
 * another key, or no longer what it was
 */
export function decryptBackup(encrypted: Buffer, key: Buffer, context: BackupContext): Buffer {
  const refused = (why: string): PermanentError =>
    new PermanentError(`the backup ${context.name} of ${context.role} cannot be restored: ${why}`);
  const read = readHeader(encrypted);
  if ('problem' in read) throw refused(read.problem);
  const { salt, nonce, check, context: made } = read.header;
  if (made.siteUuid !== context.siteUuid) throw refused(`it is of another site, ${made.siteUuid}`);
  if (made.role !== context.role || made.name !== context.name)
    throw refused(`it is the backup ${made.name} of ${made.role}, stored under another name`);
  const keys = keysFor(key, salt);
  if (!timingSafeEqual(keys.check, check))
    throw refused('it was encrypted with another key than this backup.key, or its first bytes were changed');
  const body = encrypted.subarray(read.header.bytes.length, encrypted.length - tagBytes);
  const decipher = createDecipheriv(backupCipher, keys.encryption, nonce)
    .setAAD(read.header.bytes)
    .setAuthTag(encrypted.subarray(encrypted.length - tagBytes));
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch {
    // All that the cipher says is that its tag does not fit.
    throw refused('its bytes are not those that were written');
  }
}
