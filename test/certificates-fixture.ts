import { authorityOf, type Authority, type AuthoritySource } from '../config/certificates/authority.js';
import { readRequest } from '../config/certificates/x509.js';
import { createSecrets } from '../config/secrets.js';
import type { ServerCertificate } from '../activities/certificates/server-certificate.js';

const site = {
  name: 'site-a',
  domain: 'site-a.example.org',
  certificates: { root: 'platform', since: '2026-01-01' },
  secrets: { master: 'env:MASTER', versions: { authority: 1 } },
} as AuthoritySource;

/** The platform's own authority of a site whose master key is 32 times these two hexadecimal digits. */
export async function authorityFrom(master: string): Promise<Authority> {
  const uuid = '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10';
  return authorityOf(site, createSecrets({ ...site, uuid }, { MASTER: master.repeat(32) }));
}

export const dayMs = 86_400_000;

/** What the authority answers to a signing request for a certificate that is wanted. */
export function answerTo(request: string, authority: Authority, wanted: ServerCertificate): string {
  return answerFor(readRequest(request).publicKey, authority, wanted, 365);
}

/** The chain for a public key (SubjectPublicKeyInfo, DER), valid from a minute ago for so many days. */
export function answerFor(
  publicKey: Buffer,
  authority: Authority,
  { names, addresses }: ServerCertificate,
  days: number,
): string {
  const from = Date.now() - 60_000;
  const own = authority.sign({
    subject: { commonName: names[0]!, organization: site.domain },
    publicKey,
    use: { kind: 'server', names, addresses },
    notBefore: new Date(from),
    notAfter: new Date(from + days * dayMs),
  });
  return own + authority.above;
}
