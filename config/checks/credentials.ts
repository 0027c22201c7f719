import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** Halves of a login: a user without a password or the other way round, and custodians too few for their threshold. */
export function credentialFindings(site: SparseSite): Finding[] {
  const { unseal } = site.vault ?? {};
  return [
    ...pair('directory', site.directory, 'bindDn', 'password'),
    ...pair('mail', site.mail, 'username', 'password'),
    ...pair('artifacts', site.artifacts, 'username', 'password'),
    ...(unseal?.kind === 'custodians' && (unseal.threshold ?? 0) > (unseal.custodians?.length ?? Infinity)
      ? [
          {
            path: ['vault', 'unseal', 'threshold'],
            message: `${unseal.threshold} of ${unseal.custodians?.length} custodians cannot open Vault. Lower it or add custodians`,
          },
        ]
      : []),
  ];
}

function pair(section: string, values: object | undefined, user: string, password: string): Finding[] {
  if (values === undefined || user in values === password in values) return [];
  const [present, missing] = user in values ? [user, password] : [password, user];
  return [{ path: [section, present], message: `stands alone. Add ${section}.${missing} or remove it` }];
}
