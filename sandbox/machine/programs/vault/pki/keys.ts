import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { signRequest } from '../../../../../config/certificates/x509.js';
import { integer, text } from '../fields.js';
import { data, keys as listed, type Answer } from '../question.js';
import { notSimulated, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { nameOf } from './names.js';
import { keyId, signingKey, storeOf } from './store.js';

const curves: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' };

/** Keys that never leave the engine, and requests by them. */
export const keyRoutes: readonly Route[] = [
  reads('list', /^keys$/, (call) => {
    const { keys } = storeOf(call);
    const info = Object.entries(keys).map(([id, { name }]) => [id, { key_name: name }]);
    return listed(Object.keys(keys), Object.fromEntries(info) as Record<string, unknown>);
  }),
  reads('read', /^key\/([^/]+)$/, (call) => {
    const id = keyId(storeOf(call), call.names[0]!);
    return data({ key_id: id, key_name: storeOf(call).keys[id]!.name, key_type: 'ec' });
  }),
  changes('update', /^keys\/generate\/internal$/, generate),
  reads('update', /^intermediate\/generate\/existing$/, (call) => {
    const store = storeOf(call);
    const id = keyId(store, text(call.fields, 'key_ref', 'default'));
    const commonName = text(call.fields, 'common_name');
    if (commonName === '') throw new Refusal(400, 'the common_name field is required');
    return data({ csr: signRequest(nameOf(commonName), signingKey(store.keys[id]!)).trim(), key_id: id });
  }),
];

function generate(call: Call): Answer {
  const { fields } = call;
  const store = storeOf(call);
  if (text(fields, 'key_type', 'rsa') !== 'ec') throw notSimulated('a key of PKI that is not of type ec');
  const namedCurve = curves[integer(fields, 'key_bits', 256) || 256];
  if (namedCurve === undefined) throw new Refusal(400, 'unsupported bit length for EC key');
  const name = text(fields, 'key_name');
  if (name === 'default') throw new Refusal(400, "reserved keyword 'default' can not be used as key name");
  if (name !== '' && Object.values(store.keys).some((key) => key.name === name))
    throw new Refusal(400, 'key name already in use');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  const id = randomUUID();
  store.keys[id] = { name, pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  return data({ key_id: id, key_name: name, key_type: 'ec' });
}
