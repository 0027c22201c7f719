import { createHash } from 'node:crypto';
import type { Authority } from '../../../../config/certificates/authority.js';
import { readRequest } from '../../../../config/certificates/x509.js';

const dayMs = 86_400_000;

export type IntermediateSubject = { commonName: string; organization: string; days: number };

/**
 * Signs the request of Vault's intermediate: an authority that may sign no further one. All of a day's attempts make the
 * same certificate, serial number and all, and Vault takes one in only once: an attempt that is repeated, or that overlaps
 * another, adds no second issuer.
 * @returns PEM of the certificate and of those above it but for the root
 */
export function signIntermediate(
  authority: Authority,
  request: string,
  { commonName, organization, days }: IntermediateSubject,
  now: Date,
): string {
  const { publicKey } = readRequest(request);
  const notBefore = new Date(Math.floor(now.getTime() / dayMs) * dayMs);
  const certificate = authority.sign({
    subject: { commonName, organization },
    publicKey,
    use: { kind: 'authority', pathLength: 0 },
    notBefore,
    notAfter: new Date(notBefore.getTime() + days * dayMs),
    serial: createHash('sha256').update(publicKey).update(notBefore.toISOString()).digest().subarray(0, 16),
  });
  return certificate + authority.above;
}
