import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { run } from './command.js';

/** Files of what a server of the laboratory proves itself with. */
export type Credentials = { keyFile: string; certificateFile: string };
export type Authority = Credentials & { caPem: string };

const days = '30';

/**
 * An authority that lives as long as the laboratory, and one certificate for the servers at these addresses.
 * @param folder keeps the keys; readable by root alone
 * @param hosts names or addresses that the site file gives the servers; the first is the common name too, because rsyslog
 *   8.2302 compares an address with that and with DNS names alone
 */
export async function makeAuthority(folder: string, hosts: readonly string[]): Promise<Authority> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(folder, name);
  const [caKey, ca, keyFile, certificateFile] = ['ca.key', 'ca.pem', 'server.key', 'server.pem'].map(
    file,
  ) as [string, string, string, string];
  const certificate = (key: string, out: string, name: string, extensions: string[]): Promise<string> =>
    run([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-days', days, '-subj', `/CN=${name}`, '-keyout', key, '-out', out],
      ...extensions.flatMap((extension) => ['-addext', extension]),
      ...(out === ca ? [] : ['-CA', ca, '-CAkey', caKey]),
    ]);
  await certificate(caKey, ca, 'Authority of the laboratory', [
    'basicConstraints=critical,CA:TRUE',
    'keyUsage=critical,keyCertSign',
  ]);
  const names = [...new Set(hosts)].map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
  await certificate(keyFile, certificateFile, hosts[0] ?? 'Server of the laboratory', [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=serverAuth',
    `subjectAltName=${names.join(',')}`,
  ]);
  return { keyFile, certificateFile, caPem: await readFile(ca, 'utf8') };
}
