import { authorityOf, type AuthoritySource } from '../../../config/certificates/authority.js';
import { createSecrets } from '../../../config/secrets.js';
import { serverPair } from '../../server-pair.js';

/** Key and certificate of a machine in one PEM, as they will lie in /etc/socle/tls. */
export async function machineCertificate(name: string, address: string): Promise<string> {
  const site = {
    name: 'site-a',
    domain: 'site-a.example.org',
    uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10',
    certificates: { root: 'platform', since: '2026-01-01' },
    secrets: { master: 'env:MASTER', versions: { authority: 1 } },
  } as unknown as AuthoritySource & Parameters<typeof createSecrets>[0];
  const authority = await authorityOf(site, createSecrets(site, { MASTER: '11'.repeat(32) }));
  const { key, certificate } = serverPair(authority, name, [name], [address]);
  return `${key}${certificate}`;
}
