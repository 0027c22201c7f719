import { randomUUID, X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../../../../config/certificates/pem.js';
import { list, text } from '../fields.js';
import { data, empty, keys, type Answer } from '../question.js';
import { nothing, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { chainOf, issuerId, signingKey, storeOf, type PkiStore } from './store.js';

/** The certificates that an engine signs with, and those above them. */
export const issuerRoutes: readonly Route[] = [
  reads('list', /^issuers$/, (call) => {
    const { issuers, default: usual } = storeOf(call);
    const info = Object.entries(issuers).map(([id, { name, keyId }]) => [
      id,
      { issuer_name: name, key_id: keyId, is_default: id === usual },
    ]);
    return keys(Object.keys(issuers), Object.fromEntries(info) as Record<string, unknown>);
  }),
  reads('read', /^issuer\/([^/]+)$/, (call) => shown(storeOf(call), referred(call))),
  changes('patch', /^issuer\/([^/]+)$/, rename),
  changes('delete', /^issuer\/([^/]+)$/, (call) => {
    const store = storeOf(call);
    const id = issuerId(store, call.names[0]!);
    if (id === undefined) return empty;
    delete store.issuers[id];
    if (store.default === id) store.default = '';
    return empty;
  }),
  changes('update', /^intermediate\/set-signed$/, takeIn),
  reads('read', /^config\/issuers$/, (call) =>
    data({ default: storeOf(call).default, default_follows_latest_issuer: false }),
  ),
  changes('update', /^config\/issuers$/, (call) => {
    const id = issuerId(storeOf(call), text(call.fields, 'default'));
    if (id === undefined) throw new Refusal(400, `unable to find PKI issuer for reference`);
    storeOf(call).default = id;
    return data({ default: id, default_follows_latest_issuer: false });
  }),
  reads('read', /^config\/urls$/, (call) => data({ ...storeOf(call).urls, enable_templating: false })),
  changes('update', /^config\/urls$/, (call) => {
    const { urls } = storeOf(call);
    for (const name of Object.keys(urls) as (keyof typeof urls)[])
      urls[name] = list(call.fields, name, urls[name]);
    return data(urls);
  }),
  reads('read', /^(?:ca|ca\/pem|cert\/ca)$/, ownCertificate, { open: true }),
];

function referred(call: Call): string {
  const id = issuerId(storeOf(call), call.names[0]!);
  if (id === undefined) throw new Refusal(404, `unable to find PKI issuer for reference: ${call.names[0]!}`);
  return id;
}

function shown(store: PkiStore, id: string): Answer {
  const { name, keyId, certificate } = store.issuers[id]!;
  return data({
    issuer_id: id,
    issuer_name: name,
    key_id: keyId,
    certificate,
    ca_chain: chainOf(store, certificate),
    leaf_not_after_behavior: 'err',
    revoked: false,
    usage: 'crl-signing,issuing-certificates,ocsp-signing,read-only',
  });
}

function rename(call: Call): Answer {
  const store = storeOf(call);
  const id = referred(call);
  const name = text(call.fields, 'issuer_name', store.issuers[id]!.name);
  const isTaken = Object.entries(store.issuers).some(
    ([other, issuer]) => other !== id && issuer.name === name,
  );
  if (name !== '' && (isTaken || name === 'default')) throw new Refusal(400, 'issuer name already in use');
  store.issuers[id]!.name = name;
  return shown(store, id);
}

/** Adds what is not there yet; the first that can sign becomes the default. */
function takeIn(call: Call): Answer {
  const store = storeOf(call);
  const certificates = certificatesIn(text(call.fields, 'certificate'));
  if (certificates.length === 0) throw new Refusal(400, 'no certificate found in "certificate"');
  const imported: string[] = [];
  const existing: string[] = [];
  for (const pem of certificates) {
    const certificate = parsed(pem);
    const known = Object.entries(store.issuers).find(([, issuer]) => issuer.certificate === pem);
    if (known !== undefined) {
      existing.push(known[0]);
      continue;
    }
    const publicKey = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const own = Object.entries(store.keys).find(([, key]) => signingKey(key).publicKey.equals(publicKey));
    const id = randomUUID();
    store.issuers[id] = { name: '', certificate: pem, keyId: own?.[0] ?? '' };
    if (store.default === '' && own !== undefined) store.default = id;
    imported.push(id);
  }
  const mapping = [...imported, ...existing].map((id) => [id, store.issuers[id]!.keyId]);
  return data({
    imported_issuers: imported,
    existing_issuers: existing,
    imported_keys: null,
    mapping: Object.fromEntries(mapping) as unknown,
  });
}

function parsed(pem: string): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new Refusal(400, 'unable to parse certificate');
  }
  if (!certificate.ca) throw new Refusal(400, 'certificate is not a CA certificate');
  return certificate;
}

function ownCertificate(call: Call): Answer {
  const { issuers, default: usual } = storeOf(call);
  const issuer = issuers[usual];
  if (issuer === undefined) throw nothing();
  const { certificate } = issuer;
  if (call.question.path.endsWith('/ca/pem')) return { status: 200, bytes: Buffer.from(certificate) };
  if (call.question.path.endsWith('/cert/ca')) return data({ certificate });
  return { status: 200, bytes: new X509Certificate(certificate).raw };
}
