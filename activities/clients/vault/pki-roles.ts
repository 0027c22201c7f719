import { z } from 'zod';
import { dataOf, readOrNothing, type Vault } from './vault.js';

/** What may be signed under a role: exactly these names, for server and client, on P-256 or P-384. */
export type PkiRole = {
  names: readonly string[];
  addresses: boolean;
  seconds: number;
};

const Role = dataOf(
  z.object({
    allowed_domains: z.array(z.string()).nullish(),
    allow_bare_domains: z.boolean(),
    allow_subdomains: z.boolean(),
    allow_glob_domains: z.boolean(),
    allow_any_name: z.boolean(),
    allow_localhost: z.boolean(),
    allow_wildcard_certificates: z.boolean().nullish(),
    enforce_hostnames: z.boolean(),
    allow_ip_sans: z.boolean(),
    server_flag: z.boolean(),
    client_flag: z.boolean(),
    use_csr_common_name: z.boolean(),
    use_csr_sans: z.boolean(),
    key_type: z.string(),
    max_ttl: z.int(),
    ttl: z.int(),
  }),
);

/**
 * All that decides what a role signs. Vault's own defaults let in localhost and wildcards, take RSA keys alone, and read
 * the names from the signing request instead of from what is asked for.
 */
function settingsOf({ names, addresses, seconds }: PkiRole): z.output<typeof Role> {
  return {
    allowed_domains: [...names],
    allow_bare_domains: true,
    allow_subdomains: false,
    allow_glob_domains: false,
    allow_any_name: false,
    allow_localhost: false,
    allow_wildcard_certificates: false,
    enforce_hostnames: true,
    allow_ip_sans: addresses,
    server_flag: true,
    client_flag: true,
    use_csr_common_name: false,
    use_csr_sans: false,
    key_type: 'any',
    max_ttl: seconds,
    ttl: seconds,
  };
}

/** The settings of a role that are not as wanted; all of them when it does not exist. */
export async function pkiRoleDifferences(
  vault: Vault,
  engine: string,
  name: string,
  wanted: PkiRole,
): Promise<string[]> {
  const found = await readOrNothing(vault, `${engine}/roles/${name}`, Role);
  const settings = Object.entries(settingsOf(wanted));
  return settings
    .filter(([key, value]) => JSON.stringify(found?.[key as keyof typeof found]) !== JSON.stringify(value))
    .map(([key]) => key);
}

/** Writes a role, in place of the one of that name. */
export async function writePkiRole(vault: Vault, engine: string, name: string, role: PkiRole): Promise<void> {
  await vault.request({ method: 'POST', path: `${engine}/roles/${name}`, body: settingsOf(role) });
}

const Signed = dataOf(z.object({ certificate: z.string(), ca_chain: z.array(z.string()).nullish() }));

export type SignRequest = {
  /** PEM. */
  csr: string;
  commonName: string;
  names: readonly string[];
  addresses: readonly string[];
};

/**
 * Has a signing request signed under a role.
 * @returns PEM of the certificate, and of those above it that a server sends along
 * @throws ApiError 400 when the role does not allow a name
 */
export async function signUnderRole(
  vault: Vault,
  engine: string,
  role: string,
  { csr, commonName, names, addresses }: SignRequest,
): Promise<{ certificate: string; above: string[] }> {
  const { body } = await vault.request({
    method: 'POST',
    path: `${engine}/sign/${role}`,
    body: { csr, common_name: commonName, alt_names: names.join(), ip_sans: addresses.join() },
    answer: Signed,
  });
  return { certificate: body.certificate, above: body.ca_chain ?? [] };
}
