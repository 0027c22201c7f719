import { hkdfSync } from 'node:crypto';
import { z } from 'zod';

/** What a backup was made as; it opens as nothing else. */
const Context = z.strictObject({ siteUuid: z.string(), role: z.string(), name: z.string() });
export type BackupContext = z.infer<typeof Context>;

export type BackupHeader = { salt: Buffer; nonce: Buffer; check: Buffer; context: BackupContext };

export const backupCipher = 'aes-256-gcm';
export const saltBytes = 32;
export const nonceBytes = 12;
export const tagBytes = 16;
const checkBytes = 16;
const keyBytes = 32;

const magic = Buffer.from('SOCLEBAK');
const version = 1;
const lengthBytes = 2;
const fixedBytes = magic.length + 1 + saltBytes + nonceBytes + checkBytes + lengthBytes;

/**
 * One backup's own key, and bytes that show whether it is the right one without opening anything: HKDF-SHA-256
 * (RFC 5869) of the site's key and the backup's salt, each for its own purpose.
 */
export function keysFor(key: Buffer, salt: Buffer): { encryption: Buffer; check: Buffer } {
  const derived = (purpose: string, length: number): Buffer =>
    Buffer.from(hkdfSync('sha256', key, salt, `socle backup ${version} ${purpose}`, length));
  return { encryption: derived('encryption', keyBytes), check: derived('check', checkBytes) };
}

/**
 * The beginning of a backup, all of which is authenticated with what follows: `SOCLEBAK`, a byte for the version, salt,
 * nonce, the key's check, two bytes for the length of the context and the context as JSON. Cipher text and tag follow.
 */
export function writeHeader({ salt, nonce, check, context }: BackupHeader): Buffer {
  const { siteUuid, role, name } = context;
  const text = Buffer.from(JSON.stringify({ siteUuid, role, name }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt16BE(text.length);
  return Buffer.concat([magic, Buffer.of(version), salt, nonce, check, length, text]);
}

/** Reads the header of a backup, or says why there is none. */
export function readHeader(
  encrypted: Buffer,
): { header: BackupHeader & { bytes: Buffer } } | { problem: string } {
  if (!encrypted.subarray(0, magic.length).equals(magic)) return { problem: 'it is no backup of Socle' };
  if (encrypted.length < fixedBytes + tagBytes) return { problem: 'its end is missing' };
  const made = encrypted[magic.length];
  if (made !== version)
    return { problem: `it has version ${made} of the format, and this Socle knows ${version}` };
  let at = magic.length + 1;
  const take = (length: number): Buffer => encrypted.subarray(at, (at += length));
  const [salt, nonce, check] = [take(saltBytes), take(nonceBytes), take(checkBytes)];
  const length = take(lengthBytes).readUInt16BE();
  if (encrypted.length < at + length + tagBytes) return { problem: 'its end is missing' };
  const context = contextIn(take(length).toString());
  if (context === undefined) return { problem: 'its first bytes were changed' };
  return { header: { salt, nonce, check, context, bytes: encrypted.subarray(0, at) } };
}

function contextIn(text: string): BackupContext | undefined {
  try {
    return Context.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // no JSON
  }
}
