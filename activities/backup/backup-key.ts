import { exitCodes, UserError } from '../../config/errors.js';

/**
 * The key that a site's backups are encrypted with, from the text behind its reference.
 * @throws UserError that names the reference, never the text
 */
export function backupKey(text: string, reference: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 32 && /^[\w+/-]{43}=?$/.test(text)) return bytes;
  throw new UserError(
    `${reference}: the key of the backups must be 32 bytes in hexadecimal or base64. Make one: openssl rand -hex 32`,
    exitCodes.prerequisite,
  );
}
