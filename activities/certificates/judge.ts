import { createPublicKey, X509Certificate } from 'node:crypto';
import { renewalOf } from '../../config/certificates/facts.js';
import { certificatesIn } from '../../config/certificates/pem.js';
import type { ServerCertificate } from './server-certificate.js';

/**
 * What is wrong with a certificate file as `readScript` printed it, nothing when it is as it must be.
 * @param root PEM of what the chain must end at
 */
export function certificateProblems(
  { names, addresses, group = 'root' }: ServerCertificate,
  printed: string,
  root: string,
  now: Date,
): string[] {
  const chain = certificatesIn(printed).map((one) => new X509Certificate(one));
  const [own] = chain;
  if (own === undefined) return ['missing'];
  const attributes = /^attributes (.*)$/m.exec(printed)?.[1];
  const wanted = `640 root:${group}`;
  const wrongNames = [
    ...names.filter((name) => own.checkHost(name) === undefined),
    ...addresses.filter((address) => own.checkIP(address) === undefined),
  ];
  return [
    ...(attributes === wanted ? [] : [`${attributes ?? 'unknown'} -> ${wanted}`]),
    ...(matches(own, printed) ? [] : ['the private key in the file is not for the certificate']),
    ...(wrongNames.length === 0 ? [] : [`is not for ${wrongNames.join(', ')}`]),
    ...chainProblems(chain, new X509Certificate(root)),
    ...ageProblems(own, now),
  ];
}

function matches(own: X509Certificate, printed: string): boolean {
  const key = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(printed)?.[0];
  return key !== undefined && createPublicKey(key).equals(own.publicKey);
}

function chainProblems(chain: readonly X509Certificate[], root: X509Certificate): string[] {
  const broken = [...chain, root].slice(0, -1).some((one, index) => {
    const above = chain[index + 1] ?? root;
    return !one.checkIssued(above) || !one.verify(above.publicKey);
  });
  return broken ? ["does not end at the platform's root"] : [];
}

function ageProblems({ validFrom, validTo }: X509Certificate, now: Date): string[] {
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  if (now.getTime() > to) return [`expired on ${validTo}`];
  if (now.getTime() < from) return [`is valid from ${validFrom} only`];
  return now.getTime() >= renewalOf(from, to) ? [`a third of its life is left: valid to ${validTo}`] : [];
}
