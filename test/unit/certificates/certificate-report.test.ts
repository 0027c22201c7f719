import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { certificateReport } from '../../../activities/certificates/certificate-report.js';
import { answerFor, authorityFrom, dayMs } from '../../certificates-fixture.js';

const wanted = {
  name: 'vault-1',
  names: ['vault-1.site-a.example.org', 'vault.site-a.example.org'],
  addresses: ['10.10.0.21'],
  units: ['vault.service'],
};
const authority = await authorityFrom('11');
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const chain = answerFor(publicKey.export({ type: 'spki', format: 'der' }), authority, wanted, 365);
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const { fingerprint256 } = new X509Certificate(chain);

type Given = { timer?: string; lastResult?: string; served?: string | undefined; text?: string; now?: Date };

function reportOf(given: Given = {}) {
  const {
    timer = 'active',
    lastResult = 'success',
    text = `attributes 640 root:root\n${pem}${chain}`,
    now = new Date(),
  } = given;
  const served = 'served' in given ? given.served : fingerprint256;
  const printed = `timer ${timer}\nrenewal ${lastResult}\n${text}`;
  return certificateReport(wanted, { printed, root: authority.root, at: { port: 8200, served } }, now);
}

test('what lies there, is served and is renewed needs nobody', () => {
  const { place, facts, renewal, problems } = reportOf();
  expect(problems).toEqual([]);
  expect(place).toBe('/etc/socle/tls/vault-1.pem');
  expect(facts).toMatchObject({ names: [...wanted.names, ...wanted.addresses], fingerprint: fingerprint256 });
  expect(facts!.issuer).toContain('site-a platform root');
  expect(renewal).toEqual({ timer: 'active', lastResult: 'success' });
});

test('a certificate that is missing has no facts', () => {
  expect(reportOf({ text: '' })).toEqual({ place: '/etc/socle/tls/vault-1.pem', problems: ['missing'] });
});

test('a renewal that is off or failed is named with its unit', () => {
  expect(reportOf({ timer: 'inactive', lastResult: 'exit-code' }).problems).toEqual([
    'its renewal is not under way: socle-certificate-vault-1.timer is inactive',
    'its last renewal failed (exit-code): journalctl --unit socle-certificate-vault-1.service',
  ]);
});

test('a service that answers with an older one, or not at all, is found', () => {
  expect(reportOf({ served: 'AA:BB' }).problems).toEqual([
    'another one is served on port 8200: systemctl reload-or-restart vault.service',
  ]);
  expect(reportOf({ served: undefined }).problems).toEqual(['nothing answers with it on port 8200']);
});

test('one that should have been renewed, or has expired, is found', () => {
  const after = (days: number): string[] => reportOf({ now: new Date(Date.now() + days * dayMs) }).problems;
  expect(after(200)).toEqual([]);
  expect(after(250)).toEqual([expect.stringContaining('a third of its life is left')]);
  expect(after(400)).toEqual([expect.stringContaining('expired on')]);
});
