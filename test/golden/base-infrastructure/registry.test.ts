import { compareSync } from 'bcryptjs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { registryConfiguration } from '../../../activities/roles/3-base-infrastructure/registry/configuration.js';
import {
  collectionTimer,
  collectionUnit,
} from '../../../activities/roles/3-base-infrastructure/registry/garbage-collection.js';
import { htpasswdFile } from '../../../activities/roles/3-base-infrastructure/registry/htpasswd.js';
import { registryUnits } from '../../../activities/roles/3-base-infrastructure/registry/settings.js';
import { registryUnit } from '../../../activities/roles/3-base-infrastructure/registry/units.js';

const httpSecret = 'the-derived-secret';
const pushers = ['10.10.9.0/28'];
const texts: Record<string, string> = {
  'pull.yml': registryConfiguration({ instance: 'pull', httpSecret }),
  'push.yml': registryConfiguration({ instance: 'push', httpSecret }),
  'push.htpasswd': htpasswdFile([{ user: 'socle', password: 'derived', salt: Buffer.alloc(16, 7) }]),
  [registryUnits.pull]: registryUnit({ instance: 'pull', pushers }),
  [registryUnits.push]: registryUnit({ instance: 'push', pushers }),
  [registryUnits.collect]: collectionUnit(),
  [registryUnits.collectTimer]: collectionTimer(),
};

test.each(Object.keys(texts))('%s is the golden text', async (name) => {
  await expect(texts[name]).toMatchFileSnapshot(`registry/${name}`);
});

test('both instances are one registry: they differ in port, login and what they let happen', () => {
  const [pull, push] = ['pull.yml', 'push.yml'].map((name) => parse(texts[name]!) as Record<string, object>);
  expect(pull!['http']).toMatchObject({ secret: httpSecret, addr: ':5000' });
  expect(push!['http']).toMatchObject({ secret: httpSecret, addr: ':5001' });
  expect(pull!['storage']).toMatchObject({
    filesystem: (push!['storage'] as { filesystem: object }).filesystem,
    maintenance: { readonly: { enabled: true } },
    delete: { enabled: false },
  });
  expect(push!['storage']).toMatchObject({
    maintenance: { readonly: { enabled: false } },
    delete: { enabled: true },
  });
});

test('the file of logins lets the password in and no other', () => {
  const [, hash = ''] = texts['push.htpasswd']!.trim().split(':');
  expect(compareSync('derived', hash)).toBe(true);
  expect(compareSync('Derived', hash)).toBe(false);
});

test('a login that the file cannot hold is refused', () => {
  const salt = Buffer.alloc(16);
  expect(() => htpasswdFile([{ user: 'a:b', password: 'x', salt }])).toThrow('a:b');
  expect(() => htpasswdFile([{ user: 'a', password: 'x'.repeat(73), salt }])).toThrow('72 bytes');
});
