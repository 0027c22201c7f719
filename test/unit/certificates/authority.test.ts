import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  authorityOf,
  authorityRequest,
  type AuthoritySource,
} from '../../../config/certificates/authority.js';
import { certificatesIn } from '../../../config/certificates/pem.js';
import { readRequest } from '../../../config/certificates/x509.js';
import { createSecrets, type Secrets } from '../../../config/secrets.js';

const folder = mkdtempSync(join(tmpdir(), 'socle-certificates-'));
afterAll(() => rmSync(folder, { recursive: true }));

const uuid = '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10';
const environment = { MASTER: '11'.repeat(32) };

function siteWith(
  certificates: Partial<AuthoritySource['certificates']> = {},
  authority = 1,
): AuthoritySource {
  return {
    name: 'site-a',
    domain: 'site-a.example.org',
    certificates: { root: 'platform', since: '2026-01-01', ...certificates },
    secrets: { master: 'env:MASTER', versions: { authority } },
  } as AuthoritySource;
}

function secretsOf(site: AuthoritySource): Secrets {
  return createSecrets({ ...site, uuid }, environment);
}

async function platform(authority = 1) {
  const site = siteWith({}, authority);
  return authorityOf(site, secretsOf(site));
}

function serverKey(): Buffer {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
}

function openssl(...words: string[]): string {
  return execFileSync('openssl', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const days = (count: number): Date => new Date(Date.parse('2026-06-01T00:00:00Z') + count * 86_400_000);

test('the root is the same certificate whoever computes it, and another one for another version', async () => {
  const [one, two, next] = await Promise.all([platform(), platform(), platform(2)]);
  expect(two.root).toBe(one.root);
  expect(next.root).not.toBe(one.root);
});

test('the root is an authority for ten years from the first day that the site file names', async () => {
  const root = new X509Certificate((await platform()).root);
  expect(root.ca).toBe(true);
  expect(root.checkIssued(root) && root.verify(root.publicKey)).toBe(true);
  expect([new Date(root.validFrom).toISOString(), new Date(root.validTo).toISOString()]).toEqual([
    '2026-01-01T00:00:00.000Z',
    '2036-01-01T00:00:00.000Z',
  ]);
  expect(root.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
});

test('OpenSSL accepts a server certificate of the root for its names and addresses and for no other', async () => {
  const authority = await platform();
  write('root.pem', authority.root);
  write(
    'server.pem',
    authority.sign({
      subject: { commonName: 'vault-1', organization: 'site-a' },
      publicKey: serverKey(),
      use: { kind: 'server', names: ['vault-1.site-a.example.org'], addresses: ['10.10.0.21'] },
      notBefore: days(0),
      notAfter: days(365),
    }),
  );
  const verified = (...words: string[]): string =>
    openssl(
      'verify',
      '-x509_strict',
      '-attime',
      String(days(10).getTime() / 1000),
      '-CAfile',
      'root.pem',
      ...words,
      'server.pem',
    );
  expect(verified('-purpose', 'sslserver', '-verify_hostname', 'vault-1.site-a.example.org')).toContain('OK');
  expect(verified('-purpose', 'sslserver', '-verify_ip', '10.10.0.21')).toContain('OK');
  expect(() => verified('-verify_hostname', 'vault-2.site-a.example.org')).toThrow(/hostname mismatch/i);
});

test('nothing that the root signs outlives it', async () => {
  const authority = await platform();
  const certificate = new X509Certificate(
    authority.sign({
      subject: { commonName: 'intermediate', organization: 'site-a' },
      publicKey: serverKey(),
      use: { kind: 'authority', pathLength: 0 },
      notBefore: days(0),
      notAfter: days(20 * 365),
    }),
  );
  expect(certificate.validTo).toBe(new X509Certificate(authority.root).validTo);
});

test('the request for a customer authority is always the same, and OpenSSL finds it well signed', () => {
  const site = siteWith({ root: 'customer', chain: 'file:none' });
  const request = authorityRequest(site, secretsOf(site));
  expect(authorityRequest(site, secretsOf(site))).toBe(request);
  expect(openssl('req', '-in', write('request.pem', request), '-verify', '-noout', '-subject')).toContain(
    'site-a platform authority',
  );
});

test('a request that its own key did not sign is refused', () => {
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'k.pem',
    '-subj',
    '/CN=a',
    '-out',
    'a.csr',
  );
  const text = readFileSync(join(folder, 'a.csr'), 'utf8');
  expect(readRequest(text).publicKey.length).toBeGreaterThan(80);
  const der = Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64');
  der[der.length - 1]! ^= 1;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  expect(() => readRequest(forged)).toThrow();
  expect(() => readRequest('nothing')).toThrow('there is no PEM of a certificate request');
});

const authorityExtensions =
  'basicConstraints=critical,CA:TRUE,pathlen:1\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n';

/** Another organisation's root: NAME.pem and NAME.key. */
function makeRoot(name: string, commonName: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-nodes', '-keyout', `${name}.key`];
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  openssl(
    'req',
    '-x509',
    ...key,
    ...usage,
    '-out',
    `${name}.pem`,
    '-subj',
    `/CN=${commonName}`,
    '-days',
    '3650',
  );
}

/** Signs the request of a site as an organisation's authority would; answers the chain. */
function signedByCustomer(site: AuthoritySource, extensions = authorityExtensions, lastDays = '30'): string {
  makeRoot('ca', 'Customer root');
  write('request.pem', authorityRequest(site, secretsOf(site)));
  write('extensions', extensions);
  openssl(
    'x509',
    '-req',
    '-in',
    'request.pem',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    lastDays,
    '-extfile',
    'extensions',
    '-out',
    'signed.pem',
  );
  return readFileSync(join(folder, 'signed.pem'), 'utf8') + readFileSync(join(folder, 'ca.pem'), 'utf8');
}

test('below the root of a customer a server certificate verifies with what the server sends', async () => {
  const site = siteWith({ root: 'customer', chain: `file:${join(folder, 'chain.pem')}` });
  write('chain.pem', signedByCustomer(site));
  const authority = await authorityOf(site, secretsOf(site));
  expect(certificatesIn(authority.above)).toHaveLength(1);
  write('root.pem', authority.root);
  write('above.pem', authority.above);
  const now = new Date();
  write(
    'server.pem',
    authority.sign({
      subject: { commonName: 'git', organization: 'site-a' },
      publicKey: serverKey(),
      use: { kind: 'server', names: ['git.site-a.example.org'], addresses: [] },
      notBefore: now,
      notAfter: new Date(now.getTime() + 86_400_000),
    }),
  );
  expect(
    openssl('verify', '-x509_strict', '-CAfile', 'root.pem', '-untrusted', 'above.pem', 'server.pem'),
  ).toContain('OK');
});

test('everything that is wrong with a customer chain is said at once', async () => {
  const other = siteWith({}, 2);
  const site = siteWith({ root: 'customer', chain: `file:${join(folder, 'wrong.pem')}` });
  const refused = async (text: string): Promise<string> => {
    write('wrong.pem', text);
    return authorityOf(site, secretsOf(site)).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
  };
  expect(await refused('no certificate')).toBe('certificates.chain holds no certificate in PEM');
  const foreign = signedByCustomer(other, 'basicConstraints=critical,CA:FALSE\n');
  expect((await refused(foreign)).split('\n')).toEqual([
    expect.stringContaining("is not for this site's signing request"),
    expect.stringContaining('may not sign certificates'),
  ]);
  const own = signedByCustomer(site);
  expect(await refused(certificatesIn(own)[0]!)).toContain('Add those above it, the root last');
  const root = certificatesIn(own)[1]!;
  makeRoot('b', 'Another root');
  const another = readFileSync(join(folder, 'b.pem'), 'utf8');
  expect(await refused(certificatesIn(own)[0]! + another)).toContain('was not signed by "CN=Another root"');
  expect(
    await refused(certificatesIn(signedByCustomer(site, authorityExtensions, '-1'))[0]! + root),
  ).toContain('expired on');
});
