import { X509Certificate } from 'node:crypto';
import type { Secrets } from '../secrets.js';
import { certificatesIn } from './pem.js';
import { readCertificate } from './x509.js';

/** The certificates that a customer's authority answered with, and everything that is wrong with them. */
export type CustomerChain = { certificates: string[]; problems: string[] };

/**
 * Reads what the site file's `certificates.chain` refers to; that it cannot be read is a problem like others.
 * @param publicKey of the request, SubjectPublicKeyInfo in DER
 */
export async function readCustomerChain(
  reference: string | undefined,
  secrets: Pick<Secrets, 'resolve'>,
  publicKey: Buffer,
): Promise<CustomerChain> {
  if (reference === undefined) return { certificates: [], problems: ['certificates.chain is missing'] };
  let text: string;
  try {
    text = await secrets.resolve(reference);
  } catch (error) {
    return { certificates: [], problems: [`certificates.chain: ${(error as Error).message}`] };
  }
  const certificates = certificatesIn(text);
  return { certificates, problems: chainProblems(certificates, publicKey, new Date()) };
}

/**
 * Everything that is wrong with the certificates that a customer's authority answered with: the one for Socle's request
 * first, then those above it, the root last.
 * @param certificates PEM blocks in the order of the file
 * @param publicKey of the request, SubjectPublicKeyInfo in DER
 */
export function chainProblems(certificates: readonly string[], publicKey: Buffer, now: Date): string[] {
  if (certificates.length === 0) return ['certificates.chain holds no certificate in PEM'];
  const unreadable = certificates.flatMap((text, index) => (isReadable(text) ? [] : [index + 1]));
  if (unreadable.length > 0)
    return unreadable.map((number) => `certificates.chain: certificate ${number} in it cannot be read`);
  const parsed = certificates.map((text) => new X509Certificate(text));
  const own = parsed[0]!;
  const root = parsed.at(-1)!;
  return [
    ...(readCertificate(certificates[0]!).publicKey.equals(publicKey)
      ? []
      : [
          `certificates.chain: its first certificate (${nameOf(own)}) is not for this site's signing request. Have the request of socle certificates --request signed`,
        ]),
    ...(certificates.length > 1
      ? []
      : ['certificates.chain ends with the certificate itself. Add those above it, the root last']),
    ...(own.ca
      ? []
      : [
          `certificates.chain: ${nameOf(own)} may not sign certificates. It needs CA:TRUE, a path length of 1 or more, and the usages keyCertSign and cRLSign`,
        ]),
    ...parsed.slice(0, -1).flatMap((one, index) => {
      const next = parsed[index + 1]!;
      return one.checkIssued(next) && one.verify(next.publicKey)
        ? []
        : [`certificates.chain: ${nameOf(one)} was not signed by ${nameOf(next)}, which stands after it`];
    }),
    ...(root.checkIssued(root) ? [] : [`certificates.chain: ${nameOf(root)} stands last and is no root`]),
    ...parsed.flatMap((one) => validityProblems(one, now)),
  ];
}

function isReadable(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false;
  }
}

function validityProblems(certificate: X509Certificate, now: Date): string[] {
  if (new Date(certificate.validTo) <= now)
    return [`certificates.chain: ${nameOf(certificate)} expired on ${certificate.validTo}`];
  if (new Date(certificate.validFrom) > now)
    return [`certificates.chain: ${nameOf(certificate)} is valid from ${certificate.validFrom} only`];
  return [];
}

function nameOf({ subject }: X509Certificate): string {
  return `"${subject.split('\n').at(-1) ?? ''}"`;
}
