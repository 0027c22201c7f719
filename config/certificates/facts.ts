import { X509Certificate } from 'node:crypto';

/** What is worth knowing of a certificate; times as ISO 8601. */
export type CertificateFacts = {
  title: string;
  /** Subject and issuer on one line each. */
  subject: string;
  issuer: string;
  /** What it is for: DNS names and addresses; none for an authority. */
  names: string[];
  validFrom: string;
  validTo: string;
  /** When a third of its life is left: a certificate that is renewed by itself never gets older. */
  renewAt: string;
  /** SHA-256 of the certificate, in pairs of hexadecimal digits. */
  fingerprint: string;
};

/** @param certificate PEM */
export function certificateFacts(title: string, certificate: string): CertificateFacts {
  const {
    subject,
    issuer,
    subjectAltName = '',
    validFrom,
    validTo,
    fingerprint256,
  } = new X509Certificate(certificate);
  const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
  return {
    title,
    subject: subject.split('\n').join(', '),
    issuer: issuer.split('\n').join(', '),
    names: [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,]+)/g)].map(([, name]) => name!),
    validFrom: new Date(from).toISOString(),
    validTo: new Date(to).toISOString(),
    renewAt: new Date(renewalOf(from, to)).toISOString(),
    fingerprint: fingerprint256,
  };
}

/** When a third of a life is left, all in milliseconds. */
export function renewalOf(from: number, to: number): number {
  return to - (to - from) / 3;
}
