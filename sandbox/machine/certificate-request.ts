import { createPublicKey, sign, type KeyObject } from 'node:crypto';
import { bitString, context, integer, objectId, sequence, set, utf8 } from '../der.js';
import { pem } from '../pem.js';
import { CommandError } from './command.js';

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));

/** Object identifiers and longest values, in characters, of the parts of a name (RFC 5280, appendix A). */
const attributes: Readonly<Record<string, { id: string; longest: number }>> = {
  CN: { id: '2.5.4.3', longest: 64 },
  O: { id: '2.5.4.10', longest: 64 },
  OU: { id: '2.5.4.11', longest: 64 },
};

/**
 * A PKCS #10 request as PEM (RFC 2986), signed by the key that it is for.
 * @param subject `/CN=…/O=…`
 * @throws CommandError in OpenSSL's words
 */
export function certificateRequest(key: KeyObject, subject: string): string {
  const info = sequence(
    integer(0),
    subjectName(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    context(0, Buffer.alloc(0)),
  );
  const request = sequence(info, ecdsaWithSha256, bitString(sign('sha256', info, key)));
  return pem('CERTIFICATE REQUEST', request);
}

function subjectName(text: string): Buffer {
  if (!text.startsWith('/'))
    throw new CommandError(
      `req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'`,
    );
  if (/[\\+]/.test(text)) throw new CommandError(`req: "${text}": \\ and + are not simulated`);
  const parts = text.slice(1).split('/');
  return sequence(...parts.map(relativeName));
}

function relativeName(part: string): Buffer {
  const [type = '', value = ''] = part.split(/=(.*)/s);
  const attribute = attributes[type];
  if (attribute === undefined || value === '')
    throw new CommandError(`req: the attribute "${part}" is not simulated`);
  if (value.length > attribute.longest)
    throw new CommandError(`req: Error adding subject name attribute "/${part}"`);
  return set(sequence(objectId(attribute.id), utf8(value)));
}
