import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitString, boolean, context, integer, objectId, octets, sequence, set, time, utf8 } from '../der.js';
import { pem } from '../pem.js';

export type ServerCertificate = { certificate: string; key: string; caPem: string };

const lifetimeMs = 365 * 24 * 3_600_000;
const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));

/** The simulated vCenter's certificate and its authority: made at the first start, kept in the state folder after that. */
export function serverCertificate(stateFolder: string, address: string): ServerCertificate {
  const file = join(stateFolder, `vcenter-certificate-${address}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as ServerCertificate;
  const made = makeCertificate(address);
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

function makeCertificate(address: string): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = name('Sandbox vCenter authority');
  const addressBytes = Buffer.from(address.split('.').map(Number));
  const caExtensions = [
    extension('2.5.29.19', true, sequence(boolean(true))),
    extension('2.5.29.15', true, bitString(Buffer.from([0x04]), 2)),
  ];
  const extensions = [
    extension('2.5.29.37', false, sequence(objectId('1.3.6.1.5.5.7.3.1'))),
    extension('2.5.29.17', false, sequence(context(7, addressBytes, false))),
  ];
  return {
    caPem: certificate(1, issuer, issuer, authority.publicKey, caExtensions, authority.privateKey),
    certificate: certificate(
      2,
      issuer,
      name('Sandbox vCenter'),
      server.publicKey,
      extensions,
      authority.privateKey,
    ),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** An X.509 version 3 certificate as PEM (RFC 5280, 4.1). */
function certificate(
  serial: number,
  issuer: Buffer,
  subject: Buffer,
  publicKey: KeyObject,
  extensions: Buffer[],
  signer: KeyObject,
): string {
  const validity = sequence(time(new Date(Date.now() - 3_600_000)), time(new Date(Date.now() + lifetimeMs)));
  const body = sequence(
    context(0, integer(2)),
    integer(serial),
    ecdsaWithSha256,
    issuer,
    validity,
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, sequence(...extensions)),
  );
  const der = sequence(body, ecdsaWithSha256, bitString(sign('sha256', body, signer)));
  return pem('CERTIFICATE', der);
}

function name(common: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8(common))));
}

function extension(id: string, critical: boolean, content: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [boolean(true)] : []), octets(content));
}
