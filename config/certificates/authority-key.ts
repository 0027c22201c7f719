import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mapHashToField } from '@noble/curves/abstract/modular.js';
import { p384 } from '@noble/curves/nist.js';

/** A signing key on P-384. The same seed gives the same key, and the same message the same signature. */
export type AuthorityKey = {
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer;
  /** ECDSA with SHA-384 as DER; the nonce is derived as in RFC 6979. */
  sign: (message: Uint8Array) => Buffer;
};

/**
 * node:crypto draws a random nonce for each signature, which would make another certificate every time.
 * @param seed 72 bytes
 */
export function authorityKey(seed: Buffer): AuthorityKey {
  const scalar = mapHashToField(seed, p384.Point.Fn.ORDER);
  const point = Buffer.from(p384.getPublicKey(scalar, false)).subarray(1);
  const coordinate = (from: number): string => point.subarray(from, from + 48).toString('base64url');
  const privateKey = createPrivateKey({
    key: {
      kty: 'EC',
      crv: 'P-384',
      x: coordinate(0),
      y: coordinate(48),
      d: Buffer.from(scalar).toString('base64url'),
    },
    format: 'jwk',
  });
  return {
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    sign: (message) =>
      Buffer.from(
        p384.sign(createHash('sha384').update(message).digest(), scalar, {
          prehash: false,
          lowS: false,
          format: 'der',
        }),
      ),
  };
}
