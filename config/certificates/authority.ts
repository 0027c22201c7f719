import { X509Certificate } from 'node:crypto';
import type { Secrets } from '../secrets.js';
import type { Site } from '../site.js';
import { authorityKey, type AuthorityKey } from './authority-key.js';
import { readCustomerChain, type CustomerChain } from './customer-chain.js';
import {
  keyIdentifierOf,
  readCertificate,
  signCertificate,
  signRequest,
  type CertificateContent,
  type Issuer,
  type Subject,
} from './x509.js';

/** The authority of a site, whose key every worker derives: what it signed and what machines must trust. */
export type Authority = {
  /** PEM of the root that machines trust. */
  root: string;
  /** PEM of what a server sends after its own certificate: none when the root itself signs. */
  above: string;
  sign: (content: CertificateContent) => string;
};

const rootYears = 10;

/** What the authority of a site depends on. */
export type AuthoritySource = Pick<Site, 'name' | 'domain' | 'certificates' | 'secrets'>;

/**
 * The platform's own root, computed anew and always the same, or the authority below the customer's root.
 * @throws Error with every problem when the customer's certificate is missing or is not for this site's key
 */
export async function authorityOf(site: AuthoritySource, secrets: Secrets): Promise<Authority> {
  const key = keyOf(secrets);
  const { root, since } = site.certificates;
  if (root === 'platform') {
    const subject = subjectOf(site, 'root');
    const issuer: Issuer = { subject, key, keyIdentifier: keyIdentifierOf(key.publicKey) };
    const notBefore = new Date(`${since}T00:00:00Z`);
    const notAfter = new Date(notBefore);
    notAfter.setUTCFullYear(notBefore.getUTCFullYear() + rootYears);
    const certificate = signCertificate(
      {
        subject,
        publicKey: key.publicKey,
        use: { kind: 'authority' },
        notBefore,
        notAfter,
        serial: keyIdentifierOf(key.publicKey).subarray(0, 16),
      },
      issuer,
    );
    return { root: certificate, above: '', sign: (content) => signedBy(issuer, certificate, content) };
  }
  const { certificates, problems } = await customerChainOf(site, secrets);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const own = certificates[0]!;
  const { subject, keyIdentifier } = readCertificate(own);
  return {
    root: certificates.at(-1)!,
    above: certificates.slice(0, -1).join(''),
    sign: (content) => signedBy({ subject, key, keyIdentifier }, own, content),
  };
}

/** What stands at the customer's `certificates.chain`, with everything that is wrong with it for this site. */
export async function customerChainOf(
  { certificates }: AuthoritySource,
  secrets: Secrets,
): Promise<CustomerChain> {
  return readCustomerChain(certificates.chain, secrets, keyOf(secrets).publicKey);
}

/** The request that the customer's authority signs: the same each time, so nothing of it has to be kept. */
export function authorityRequest(site: AuthoritySource, secrets: Secrets): string {
  return signRequest(subjectOf(site, 'authority'), keyOf(secrets));
}

/** To derive it takes some ten milliseconds, and every machine's steps may ask. */
const keys = new WeakMap<Secrets, AuthorityKey>();

function keyOf(secrets: Secrets): AuthorityKey {
  const key = keys.get(secrets) ?? authorityKey(secrets.authoritySeed());
  keys.set(secrets, key);
  return key;
}

function subjectOf({ name, domain }: AuthoritySource, what: string): Subject {
  return { commonName: `${name} platform ${what}`, organization: domain };
}

/** Nothing outlives who signed it. */
function signedBy(issuer: Issuer, certificate: string, content: CertificateContent): string {
  const end = new Date(new X509Certificate(certificate).validTo);
  return signCertificate({ ...content, notAfter: content.notAfter < end ? content.notAfter : end }, issuer);
}
