import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFolder } from '../../config/cache-folder.js';

const usual = join(homedir(), '.cache/socle');

test.each([
  ['not set', {}, usual],
  ['empty', { XDG_CACHE_HOME: '' }, usual],
  ['relative, which the specification forbids', { XDG_CACHE_HOME: 'cache' }, usual],
  ['absolute', { XDG_CACHE_HOME: '/var/cache' }, '/var/cache/socle'],
  [
    'absolute, but another is named',
    { XDG_CACHE_HOME: '/var/cache', SOCLE_CACHE: '/srv/tools' },
    '/srv/tools',
  ],
])('the cache folder when XDG_CACHE_HOME is %s', (_, environment, expected) => {
  expect(cacheFolder(environment)).toBe(expected);
});
