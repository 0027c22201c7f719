import { expect, test } from 'vitest';
import { missingBackups } from '../../../activities/backup/missing-backups.js';

const now = new Date('2026-11-27T12:00:00Z');
const at = (time: string) => new Date(time);

test('a backup younger than 24 hours of each role is enough', () => {
  expect(missingBackups([], now)).toBeUndefined();
  expect(missingBackups([{ role: 'install-vault', at: at('2026-11-26T12:00:01Z') }], now)).toBeUndefined();
});

test('each role without one is named with the age of its newest and what to type', () => {
  const missing = missingBackups(
    [
      { role: 'install-vault', at: at('2026-11-26T12:00:00Z') },
      { role: 'install-gogs', at: undefined },
      { role: 'install-keycloak', at: at('2026-11-24T02:00:00Z') },
      { role: 'install-kafka', at: at('2026-11-27T11:00:00Z') },
    ],
    now,
  );
  expect(missing!.split('\n')).toEqual([
    'a backup younger than 24 hours is missing',
    'install-vault: its newest is 24 hours old (2026-11-26T12:00Z). Make one: socle run FILE install-vault backup',
    'install-gogs: it has none. Make one: socle run FILE install-gogs backup',
    'install-keycloak: its newest is 3 days old (2026-11-24T02:00Z). Make one: socle run FILE install-keycloak backup',
  ]);
});
