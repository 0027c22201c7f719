import { generateKeyPairSync } from 'node:crypto';
import type { Authority } from '../config/certificates/authority.js';

/** A fresh key and the certificate that an authority gives it, both PEM. */
export type ServerPair = { certificate: string; key: string };

const dayMs = 86_400_000;

/** What a server of these names and addresses answers with, valid from yesterday for a month unless said otherwise. */
export function serverPair(
  authority: Authority,
  commonName: string,
  names: readonly string[],
  addresses: readonly string[],
  { notBefore, notAfter } = {
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 30 * dayMs),
  },
): ServerPair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = authority.sign({
    subject: { commonName, organization: 'example' },
    publicKey: publicKey.export({ type: 'spki', format: 'der' }),
    use: { kind: 'server', names, addresses },
    notBefore,
    notAfter,
  });
  return {
    certificate: certificate + authority.above,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
