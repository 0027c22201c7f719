import { z } from 'zod';

const smallestRsaBits = 3072;
const types = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
];

/** A public key as one line of authorized_keys without options: `ssh-ed25519 AAAA… comment`. */
export const SshPublicKey = z.string().superRefine((line, context) => {
  const fault = publicKeyFault(line);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
});

/** The type and the base64 part of a key that passed `SshPublicKey`: two lines with different comments are one key. */
export function keyWithoutComment(line: string): string {
  return line.trim().split(/\s+/).slice(0, 2).join(' ');
}

/** The line is not shown: it may be a private key. Layout of the base64 part: RFC 4253 section 6.6, RFC 8709 section 4. */
function publicKeyFault(line: string): string | undefined {
  if (line.includes('PRIVATE KEY'))
    return 'is a private key (not shown here). Give the public key, the line in the .pub file';
  const [type = '', body = ''] = line.trim().split(/\s+/);
  if (line.includes('\n') || !types.includes(type)) {
    return 'is not an SSH public key. Paste the one line of the .pub file; it begins with ssh-ed25519, ecdsa-sha2-… or ssh-rsa';
  }
  const fields = keyFields(body);
  if (fields === undefined || fields[0]?.toString('latin1') !== type) {
    return `is a damaged ${type} key: its base64 part does not hold such a key. Paste the line of the .pub file again`;
  }
  if (type === 'ssh-ed25519' && fields[1]?.length !== 32)
    return 'is a damaged ssh-ed25519 key: it is cut off. Paste the line of the .pub file again';
  if (type === 'ssh-rsa' && bitLength(fields[2]) < smallestRsaBits) {
    return `is an RSA key of ${bitLength(fields[2])} bits. Use ed25519, or RSA from ${smallestRsaBits} bits up`;
  }
  return undefined;
}

/** The length-prefixed fields of the base64 part; undefined when a length points past the end. */
function keyFields(body: string): Buffer[] | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(body)) return undefined;
  const bytes = Buffer.from(body, 'base64');
  const fields: Buffer[] = [];
  for (let offset = 0; offset < bytes.length;) {
    if (offset + 4 > bytes.length) return undefined;
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (end > bytes.length) return undefined;
    fields.push(bytes.subarray(offset + 4, end));
    offset = end;
  }
  return fields;
}

function bitLength(modulus: Buffer | undefined): number {
  const start = modulus?.findIndex((byte) => byte !== 0) ?? -1;
  if (modulus === undefined || start < 0) return 0;
  return (modulus.length - start) * 8 - Math.clz32(modulus[start] ?? 0) + 24;
}
