import { z } from 'zod';
import { dataOf, readOrNothing, type Vault } from './vault.js';

/** Who may log in by a TLS client certificate, and as what (auth method `cert`). */
export type CertificateRole = {
  /** PEM of the authority that signed the certificates. */
  certificate: string;
  commonNames: readonly string[];
  policies: readonly string[];
  tokenSeconds: number;
};

const Role = dataOf(
  z
    .object({
      certificate: z.string(),
      allowed_common_names: z.array(z.string()).nullish(),
      token_policies: z.array(z.string()).nullish(),
      token_ttl: z.int(),
    })
    .transform((role) => ({
      certificate: role.certificate,
      commonNames: role.allowed_common_names ?? [],
      policies: role.token_policies ?? [],
      tokenSeconds: role.token_ttl,
    })),
);

export async function readCertificateRole(vault: Vault, name: string): Promise<CertificateRole | undefined> {
  return readOrNothing(vault, `auth/cert/certs/${name}`, Role);
}

/** Writes a role, in place of the one of that name. */
export async function writeCertificateRole(vault: Vault, name: string, role: CertificateRole): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `auth/cert/certs/${name}`,
    body: {
      certificate: role.certificate,
      allowed_common_names: role.commonNames,
      token_policies: role.policies,
      token_ttl: role.tokenSeconds,
      token_max_ttl: role.tokenSeconds,
    },
  });
}
