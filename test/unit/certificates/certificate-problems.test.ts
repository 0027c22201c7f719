import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { certificateProblems } from '../../../activities/certificates/judge.js';
import type { Authority } from '../../../config/certificates/authority.js';
import { answerFor, authorityFrom, dayMs } from '../../certificates-fixture.js';

const wanted = {
  name: 'vault-1',
  names: ['vault-1.site-a.example.org', 'vault.site-a.example.org'],
  addresses: ['10.10.0.21', '127.0.0.1'],
  units: ['vault.service'],
};
const authority = await authorityFrom('11');

function newPublicKey(): { pem: string; der: Buffer } {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    der: publicKey.export({ type: 'spki', format: 'der' }),
  };
}

/** What the read script prints of a certificate for so many days. */
function printed({ days = 365, attributes = '640 root:root', key = newPublicKey() } = {}): string {
  return `attributes ${attributes}\n${key.pem}${answerFor(key.der, authority, wanted, days)}`;
}

function problemsOf(
  text: string,
  { root }: Authority = authority,
  now = new Date(),
  certificate = wanted,
): string[] {
  return certificateProblems(certificate, text, root, now);
}

test('nothing is wrong with what was asked for', () => {
  expect(problemsOf('')).toEqual(['missing']);
  expect(problemsOf(printed())).toEqual([]);
});

test('names that it does not bear, another root, another key and other rights are found, all at once', async () => {
  const more = { ...wanted, names: [...wanted.names, 'new.site-a.example.org'], addresses: ['10.10.0.22'] };
  expect(problemsOf(printed(), authority, new Date(), more)).toEqual([
    'is not for new.site-a.example.org, 10.10.0.22',
  ]);
  expect(problemsOf(printed(), await authorityFrom('22'))).toEqual(["does not end at the platform's root"]);
  const key = { ...newPublicKey(), pem: newPublicKey().pem };
  expect(problemsOf(printed({ key, attributes: '644 root:root' }))).toEqual([
    '644 root:root -> 640 root:root',
    'the private key in the file is not for the certificate',
  ]);
});

test('it is due when a third of its life is left', () => {
  const text = printed({ days: 300 });
  const after = (days: number): string[] => problemsOf(text, authority, new Date(Date.now() + days * dayMs));
  expect(after(199)).toEqual([]);
  expect(after(201)).toEqual([expect.stringContaining('a third of its life is left')]);
  expect(after(301)).toEqual([expect.stringContaining('expired on')]);
});
