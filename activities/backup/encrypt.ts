import { createCipheriv, randomBytes } from 'node:crypto';
import { PermanentError } from '../errors.js';
import { backupCipher, keysFor, nonceBytes, saltBytes, writeHeader, type BackupContext } from './format.js';

/** A backup is held in memory, twice while it is encrypted; what is larger needs another way. */
export const mostBackupBytes = 256 * 1024 * 1024;

/**
 * Encrypts a backup before it leaves the platform: AES-256-GCM under a key of its own, derived from the site's key and a
 * random salt. Nobody without that key reads it or changes it, and it opens as nothing but what it was made as.
 * @param key the site's 32 bytes
 * @throws PermanentError above 256 MiB
 */
export function encryptBackup(content: Buffer, key: Buffer, context: BackupContext): Buffer {
  if (content.length > mostBackupBytes)
    throw new PermanentError(
      `the backup ${context.name} of ${context.role} has ${content.length} bytes; this version keeps at most ${mostBackupBytes}`,
    );
  const salt = randomBytes(saltBytes);
  const nonce = randomBytes(nonceBytes);
  const { encryption, check } = keysFor(key, salt);
  const header = writeHeader({ salt, nonce, check, context });
  const cipher = createCipheriv(backupCipher, encryption, nonce).setAAD(header);
  const parts = [header, cipher.update(content), cipher.final()];
  return Buffer.concat([...parts, cipher.getAuthTag()]);
}
