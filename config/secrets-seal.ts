import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** What a sealed value is bound to; opening it anywhere else fails. */
export type SealContext = { name: string; version: number; place: string };

export type Seal = {
  close: (value: string, context: SealContext) => string;
  /** @throws Error when the value was changed, or was sealed for another site, name, version or place. */
  open: (sealed: string, context: SealContext) => string;
};

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM with a random nonce; the site and the context are authenticated with it. */
export function createSeal(key: Buffer, siteUuid: string): Seal {
  const additional = ({ name, version, place }: SealContext): Buffer =>
    Buffer.from(JSON.stringify([siteUuid, name, version, place]));
  return {
    close: (value, context) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(additional(context));
      const body = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open: (sealed, context) => {
      const bytes = Buffer.from(sealed, 'base64');
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
        .setAAD(additional(context))
        .setAuthTag(tag);
      return Buffer.concat([
        decipher.update(bytes.subarray(nonceBytes + tagBytes)),
        decipher.final(),
      ]).toString('utf8');
    },
  };
}
