import { createPrivateKey, createPublicKey, sign, X509Certificate } from 'node:crypto';
import type { AuthorityKey } from '../../../../../config/certificates/authority-key.js';
import { Refusal } from '../refusal.js';
import type { Call } from '../route.js';
import { dataOf } from '../state.js';
import type { RoleSettings } from './role-settings.js';

export type PkiKey = { name: string; pem: string };
export type PkiIssuer = { name: string; certificate: string; keyId: string };

/** What an engine holds; keys and issuers by their ids. */
export type PkiStore = {
  keys: Record<string, PkiKey>;
  issuers: Record<string, PkiIssuer>;
  default: string;
  urls: { issuing_certificates: string[]; crl_distribution_points: string[]; ocsp_servers: string[] };
  roles: Record<string, RoleSettings>;
};

export function storeOf({ state, mount }: Call): PkiStore {
  return dataOf<PkiStore>(state, mount, () => ({
    keys: {},
    issuers: {},
    default: '',
    urls: { issuing_certificates: [], crl_distribution_points: [], ocsp_servers: [] },
    roles: {},
  }));
}

/** Signs with a key of the engine. */
export function signingKey({ pem }: PkiKey): AuthorityKey {
  const key = createPrivateKey(pem);
  return {
    publicKey: createPublicKey(pem).export({ type: 'spki', format: 'der' }),
    sign: (message) => sign('sha384', message, key),
  };
}

/** By id, by name, or `default`. */
export function issuerId({ issuers, default: usual }: PkiStore, reference: string): string | undefined {
  if (reference === 'default') return usual === '' ? undefined : usual;
  if (issuers[reference] !== undefined) return reference;
  return Object.entries(issuers).find(([, { name }]) => name !== '' && name === reference)?.[0];
}

/** By id or by name. @throws Refusal 500, as Vault says it, when there is none */
export function keyId({ keys }: PkiStore, reference: string): string {
  const found = keys[reference] !== undefined ? reference : undefined;
  const named = Object.entries(keys).find(([, { name }]) => name !== '' && name === reference)?.[0];
  const id = found ?? named;
  if (id === undefined)
    throw new Refusal(500, `1 error occurred:\n\t* unable to find PKI key for reference: ${reference}\n\n`);
  return id;
}

/** A certificate and those above it that the engine knows, PEM. */
export function chainOf({ issuers }: PkiStore, certificate: string): string[] {
  const chain = [certificate];
  for (;;) {
    const last = new X509Certificate(chain.at(-1)!);
    const above = Object.values(issuers).find((issuer) => {
      const candidate = new X509Certificate(issuer.certificate);
      return last.checkIssued(candidate) && last.verify(candidate.publicKey);
    });
    if (above === undefined || chain.includes(above.certificate)) return chain;
    chain.push(above.certificate);
  }
}
