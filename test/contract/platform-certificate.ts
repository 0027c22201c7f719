import { authorityOf, type AuthoritySource } from '../../config/certificates/authority.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import { serverPair } from '../server-pair.js';

const site = {
  name: 'demo',
  uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
  domain: 'platform.example',
  certificates: { root: 'platform', since: '2026-01-01' },
  secrets: {
    master: 'env:MASTER',
    versions: { hostKeys: 1, operatorKey: 1, authority: 1, registryPassword: 1, gogsPassword: 1 },
  },
} as unknown as AuthoritySource & { uuid: string };

/** The secrets of a site that only tests know. */
export function testSecrets(): Secrets {
  return createSecrets(site, { MASTER: '22'.repeat(32) });
}

/** A server's certificate for the loopback addresses, as the platform's own authority signs it. All PEM. */
export async function platformCertificate(): Promise<{ ca: string; certificate: string; key: string }> {
  const authority = await authorityOf(site, testSecrets());
  return { ca: authority.root, ...serverPair(authority, 'server', ['localhost'], ['127.0.0.1']) };
}
