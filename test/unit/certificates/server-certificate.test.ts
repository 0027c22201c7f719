import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { certificateProblems } from '../../../activities/certificates/judge.js';
import { installScript, readScript, requestScript } from '../../../activities/certificates/scripts.js';
import { authorityOf, type Authority, type AuthoritySource } from '../../../config/certificates/authority.js';
import { readRequest } from '../../../config/certificates/x509.js';
import { createSecrets } from '../../../config/secrets.js';

const site = {
  name: 'site-a',
  domain: 'site-a.example.org',
  certificates: { root: 'platform', since: '2026-01-01' },
  secrets: { master: 'env:MASTER', versions: { authority: 1 } },
} as AuthoritySource;

async function authorityFrom(master: string): Promise<Authority> {
  const uuid = '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10';
  return authorityOf(site, createSecrets({ ...site, uuid }, { MASTER: master.repeat(32) }));
}

const wanted = {
  name: 'vault-1',
  names: ['vault-1.site-a.example.org', 'vault.site-a.example.org'],
  addresses: ['10.10.0.21', '127.0.0.1'],
  units: ['vault.service'],
};

let folder: string;
let programs: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'socle-tls-'));
  programs = mkdtempSync(join(tmpdir(), 'socle-programs-'));
  program('chown', `echo "chown $*" >>${programs}/calls`);
  program('systemctl', `echo "systemctl $*" >>${programs}/calls`);
  program('stat', `/usr/bin/stat "$@" | sed 's/ [^ ]*:[^ ]*$/ root:root/'`);
});
afterEach(() => {
  for (const one of [folder, programs]) rmSync(one, { recursive: true });
});

/** Stands before the computer's own program: owners and services of this computer are nobody's to change. */
function program(name: string, body: string): void {
  writeFileSync(join(programs, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(programs, name), 0o755);
}

function run(script: string): string {
  return execFileSync('sh', ['-s'], {
    input: script,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${programs}:${process.env.PATH ?? ''}` },
  });
}

const dayMs = 86_400_000;

function sign(authority: Authority, request: string, days: number, from = Date.now() - 60_000): string {
  return authority.sign({
    subject: { commonName: wanted.names[0]!, organization: site.domain },
    publicKey: readRequest(request).publicKey,
    use: { kind: 'server', names: wanted.names, addresses: wanted.addresses },
    notBefore: new Date(from),
    notAfter: new Date(from + days * dayMs),
  });
}

async function installed(days = 365): Promise<Authority> {
  const authority = await authorityFrom('11');
  run(installScript(wanted, sign(authority, run(requestScript(wanted, folder)), days), folder));
  return authority;
}

const problemsOn = (authority: Authority, now = new Date(), certificate = wanted): string[] =>
  certificateProblems(certificate, run(readScript('vault-1', folder)), authority.root, now);

test('a machine makes its key, has it signed, and serves key and chain from one file', async () => {
  const authority = await authorityFrom('11');
  expect(problemsOn(authority)).toEqual(['missing']);
  await installed();
  expect(problemsOn(authority)).toEqual([]);
  const file = join(folder, 'vault-1.pem');
  expect((statSync(file).mode & 0o777).toString(8)).toBe('640');
  expect(readFileSync(file, 'utf8')).toMatch(
    /^-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n-----BEGIN CERT/,
  );
  expect(readFileSync(join(programs, 'calls'), 'utf8').split('\n')).toEqual([
    `chown root:root ${file}.new`,
    'systemctl is-active --quiet vault.service',
    'systemctl reload-or-restart vault.service',
    '',
  ]);
});

test('a request that is repeated is for the same key, so that a lost answer costs nothing', () => {
  const keys = [1, 2].map(() => readRequest(run(requestScript(wanted, folder))).publicKey);
  expect(keys[1]).toEqual(keys[0]);
});

test('a certificate for the key of another attempt changes nothing', async () => {
  const authority = await installed();
  const before = readFileSync(join(folder, 'vault-1.pem'), 'utf8');
  const first = sign(authority, run(requestScript(wanted, folder)), 365);
  rmSync(join(folder, 'vault-1.pem.key'));
  run(requestScript(wanted, folder));
  expect(() => run(installScript(wanted, first, folder))).toThrow(
    'the certificate is for the key of another attempt',
  );
  expect(readFileSync(join(folder, 'vault-1.pem'), 'utf8')).toBe(before);
});

test('names that it does not bear, another root, and another key are found', async () => {
  const authority = await installed();
  const more = { ...wanted, names: [...wanted.names, 'new.site-a.example.org'], addresses: ['10.10.0.22'] };
  expect(problemsOn(authority, new Date(), more)).toEqual(['is not for new.site-a.example.org, 10.10.0.22']);
  expect(problemsOn(await authorityFrom('22'))).toEqual(["does not end at the platform's root"]);
  const file = join(folder, 'vault-1.pem');
  const chain = readFileSync(file, 'utf8').replace(/^[^]*END PRIVATE KEY-----\n/, '');
  execFileSync(
    'openssl',
    ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', file],
    { stdio: 'ignore' },
  );
  writeFileSync(file, readFileSync(file, 'utf8') + chain);
  chmodSync(file, 0o640);
  expect(problemsOn(authority)).toEqual(['the private key in the file is not for the certificate']);
});

test('it is due when a third of its life is left', async () => {
  const authority = await installed(300);
  const after = (days: number): string[] => problemsOn(authority, new Date(Date.now() + days * dayMs));
  expect(after(199)).toEqual([]);
  expect(after(201)).toEqual([expect.stringContaining('a third of its life is left')]);
  expect(after(301)).toEqual([expect.stringContaining('expired on')]);
});
