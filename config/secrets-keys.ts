import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto';

/** DER of PKCS #8 for an Ed25519 private key, up to its 32-byte seed (RFC 8410, section 10.3). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const keyType = 'ssh-ed25519';

/** An ed25519 key pair in OpenSSH's formats. */
export type SshKeyPair = { privateKey: string; publicKey: string };

/** What leaves no bias when it is reduced to a scalar of P-384: half as long again as the scalar itself. */
export const authoritySeedBytes = 72;

/**
 * HKDF-SHA-256 (RFC 5869) of the master key. The salt is the site's UUID, so that two sites with one master key share
 * nothing; every part of the info is preceded by its length, so that no two lists of parts collide.
 */
export function deriveBytes(master: Buffer, siteUuid: string, info: readonly string[], length = 32): Buffer {
  const salt = Buffer.from(siteUuid.replaceAll('-', ''), 'hex');
  return Buffer.from(hkdfSync('sha256', master, salt, Buffer.concat(info.map(lengthPrefixed)), length));
}

function lengthPrefixed(part: string): Buffer {
  return sshString(Buffer.from(part, 'utf8'));
}

/** An Ed25519 pair from its 32-byte seed, in the formats of OpenSSH (PROTOCOL.key in openssh-portable). */
export function sshKeyPair(seed: Buffer, comment: string): SshKeyPair {
  const publicBytes = rawPublicKey(
    createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' }),
  );
  const publicBlob = Buffer.concat([sshString(keyType), sshString(publicBytes)]);
  return {
    publicKey: `${keyType} ${publicBlob.toString('base64')} ${comment}`,
    privateKey: openSshPrivateKey(seed, publicBytes, publicBlob, comment),
  };
}

function openSshPrivateKey(seed: Buffer, publicBytes: Buffer, publicBlob: Buffer, comment: string): string {
  // The two check integers only have to be equal; derived ones keep the text the same each time.
  const check = createHash('sha256').update(seed).digest().subarray(0, 4);
  const secret = Buffer.concat([
    check,
    check,
    sshString(keyType),
    sshString(publicBytes),
    sshString(Buffer.concat([seed, publicBytes])),
    sshString(comment),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    sshString('none'),
    sshString('none'),
    sshString(''),
    one,
    sshString(publicBlob),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join(
    '\n',
  );
}

function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function sshString(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
