import { randomBytes } from 'node:crypto';
import { close, open } from './cipher.js';
import { text } from './fields.js';
import { data, empty, type Answer } from './question.js';
import { nothing, Refusal } from './refusal.js';
import { changes, reads, type Call, type Route } from './route.js';
import { dataOf } from './state.js';

const keysOf = ({ state, mount }: Call): Record<string, string> =>
  dataOf<Record<string, string>>(state, mount, () => ({}));

function keyOf(call: Call): Buffer {
  const key = keysOf(call)[call.names[0]!];
  if (key === undefined) throw new Refusal(400, 'encryption key not found');
  return Buffer.from(key, 'base64');
}

/** Encrypts for others with keys that never leave it; keys are of one version. */
export const transit: readonly Route[] = [
  changes('update', /^keys\/([^/]+)$/, (call) => {
    keysOf(call)[call.names[0]!] ??= randomBytes(32).toString('base64');
    return empty;
  }),
  reads('read', /^keys\/([^/]+)$/, (call) => {
    if (keysOf(call)[call.names[0]!] === undefined) throw nothing();
    return data({ name: call.names[0], type: 'aes256-gcm96', latest_version: 1 });
  }),
  reads('update', /^encrypt\/([^/]+)$/, (call): Answer => {
    const plain = Buffer.from(text(call.fields, 'plaintext'), 'base64');
    return data({ ciphertext: `vault:v1:${close(keyOf(call), plain)}`, key_version: 1 });
  }),
  reads('update', /^decrypt\/([^/]+)$/, (call): Answer => {
    const closed = /^vault:v1:(.+)$/.exec(text(call.fields, 'ciphertext'))?.[1];
    if (closed === undefined) throw new Refusal(400, 'invalid ciphertext: no prefix');
    const key = keyOf(call);
    try {
      return data({ plaintext: open(key, closed).toString('base64') });
    } catch {
      throw new Refusal(400, 'cipher: message authentication failed');
    }
  }),
];
