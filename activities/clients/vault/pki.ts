import { z } from 'zod';
import { dataOf, listOf, readOrNothing, type Vault } from './vault.js';

const Issuer = dataOf(
  z
    .object({
      issuer_id: z.string(),
      issuer_name: z.string(),
      key_id: z.string(),
      certificate: z.string(),
    })
    .transform((issuer) => ({
      id: issuer.issuer_id,
      name: issuer.issuer_name,
      /** Empty when its key is not in this engine: a certificate above those that sign here. */
      keyId: issuer.key_id,
      certificate: issuer.certificate,
    })),
);
export type Issuer = z.output<typeof Issuer>;

/** Every issuer of a PKI engine with its certificate. */
export async function issuersOf(vault: Vault, engine: string): Promise<Issuer[]> {
  const ids = await listOf(vault, `${engine}/issuers`);
  const found = await Promise.all(ids.map((id) => readOrNothing(vault, `${engine}/issuer/${id}`, Issuer)));
  return found.filter((issuer) => issuer !== undefined);
}

const Key = dataOf(z.object({ key_id: z.string() }));

/** Id of the key of this name; undefined when there is none. */
export async function keyNamed(vault: Vault, engine: string, name: string): Promise<string | undefined> {
  // Vault answers a reference that it does not know with 500, so the names are listed first.
  const answer = dataOf(z.object({ key_info: z.record(z.string(), z.object({ key_name: z.string() })) }));
  const known = await readOrNothing(vault, `${engine}/keys`, answer, { list: 'true' });
  return Object.entries(known?.key_info ?? {}).find(([, { key_name: own }]) => own === name)?.[0];
}

/**
 * Makes a key on P-384 that never leaves Vault.
 * @returns its id
 * @throws ApiError 400 when there is one of this name
 */
export async function makeKey(vault: Vault, engine: string, name: string): Promise<string> {
  const { body } = await vault.request({
    method: 'POST',
    path: `${engine}/keys/generate/internal`,
    body: { key_name: name, key_type: 'ec', key_bits: 384 },
    answer: Key,
  });
  return body.key_id;
}

const Request = dataOf(z.object({ csr: z.string() }));

/** PEM of a signing request by a key that is there already: as often as it is asked for, no new key is made. */
export async function requestIntermediate(
  vault: Vault,
  engine: string,
  keyId: string,
  commonName: string,
): Promise<string> {
  const { body } = await vault.request({
    method: 'POST',
    path: `${engine}/intermediate/generate/existing`,
    body: { key_ref: keyId, common_name: commonName },
    answer: Request,
  });
  return body.csr;
}

/** Takes in the signed certificate and those above it, PEM. What is there already is not taken in again. */
export async function importChain(vault: Vault, engine: string, chain: string): Promise<void> {
  const body = { certificate: chain };
  await vault.request({ method: 'POST', path: `${engine}/intermediate/set-signed`, body });
}

/** @throws ApiError 400 when another issuer has that name */
export async function nameIssuer(vault: Vault, engine: string, id: string, name: string): Promise<void> {
  await vault.request({
    method: 'PATCH',
    path: `${engine}/issuer/${id}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { issuer_name: name },
  });
}

const IssuersConfiguration = dataOf(z.object({ default: z.string() }));

/** Id of the issuer that signs unless a role names another; undefined when there is none. */
export async function defaultIssuer(vault: Vault, engine: string): Promise<string | undefined> {
  const found = await readOrNothing(vault, `${engine}/config/issuers`, IssuersConfiguration);
  return found === undefined || found.default === '' ? undefined : found.default;
}

export async function setDefaultIssuer(vault: Vault, engine: string, id: string): Promise<void> {
  await vault.request({ method: 'POST', path: `${engine}/config/issuers`, body: { default: id } });
}

/** Where what a certificate says about itself is found: its issuer and the list of what was revoked. */
export type PkiUrls = { issuing: readonly string[]; revoked: readonly string[] };

const Urls = dataOf(
  z
    .object({
      issuing_certificates: z.array(z.string()).nullish(),
      crl_distribution_points: z.array(z.string()).nullish(),
    })
    .transform((urls) => ({
      issuing: urls.issuing_certificates ?? [],
      revoked: urls.crl_distribution_points ?? [],
    })),
);

export async function readUrls(vault: Vault, engine: string): Promise<PkiUrls | undefined> {
  return readOrNothing(vault, `${engine}/config/urls`, Urls);
}

export async function writeUrls(vault: Vault, engine: string, urls: PkiUrls): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `${engine}/config/urls`,
    body: { issuing_certificates: urls.issuing, crl_distribution_points: urls.revoked },
  });
}
