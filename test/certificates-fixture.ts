import { authorityOf, type Authority, type AuthoritySource } from '../config/certificates/authority.js';
import { readRequest, type CertificateUse } from '../config/certificates/x509.js';
import { createSecrets, type Secrets } from '../config/secrets.js';
import type { ServerCertificate } from '../activities/certificates/server-certificate.js';

/** A site whose certificates the platform's own root signs. */
export const site = {
  name: 'site-a',
  domain: 'site-a.example.org',
  certificates: { root: 'platform', since: '2026-01-01' },
  secrets: { master: 'env:MASTER', versions: { authority: 1 } },
} as AuthoritySource;

const uuid = '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10';

/** Its secrets, from a master key of 32 times these two hexadecimal digits; references are resolved from `environment`. */
export function secretsFrom(master: string, environment: NodeJS.ProcessEnv = {}): Secrets {
  environment['MASTER'] = master.repeat(32);
  return createSecrets({ ...site, uuid }, environment);
}

/** The platform's own authority with that master key. */
export async function authorityFrom(master: string): Promise<Authority> {
  return authorityOf(site, secretsFrom(master));
}

export const dayMs = 86_400_000;

const customerUse: CertificateUse = { kind: 'authority', pathLength: 1 };

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

/** What a customer's authority answers to the platform's request: the platform's certificate, then the customer's root. */
export async function answerOfCustomer(request: string, use: CertificateUse = customerUse): Promise<string> {
  const customer = await authorityFrom('33');
  const own = customer.sign({
    subject: { commonName: 'platform', organization: site.domain },
    publicKey: readRequest(request).publicKey,
    use,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + dayMs),
  });
  return own + customer.root;
}
