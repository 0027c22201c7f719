import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backupName, backupTime } from '../../../activities/backup/backup-name.js';
import { expiredBackups } from '../../../activities/backup/expired-backups.js';

const moment = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));

test('a name says its moment, and names sort as moments do', () => {
  expect(backupName(new Date('2026-11-27T02:00:00.999Z'))).toBe('2026-11-27T02-00-00Z.backup');
  fc.assert(
    fc.property(moment, moment, (one, other) => {
      expect(backupTime(backupName(one))).toEqual(one);
      expect(backupName(one) < backupName(other)).toBe(one < other);
    }),
  );
});

test.each([
  '',
  'notes.txt',
  '2026-11-27T02-00-00Z.backup.part',
  '2026-11-27T02:00:00Z.backup',
  '2026-13-27T02-00-00Z.backup',
  '2026-02-30T02-00-00Z.backup',
  '../2026-11-27T02-00-00Z.backup',
])('%j is no name of a backup', (name) => {
  expect(backupTime(name)).toBeUndefined();
});

test('the newest backup is kept whatever its age, and nothing younger than the days is given up', () => {
  const days = fc.integer({ min: 1, max: 3650 });
  fc.assert(
    fc.property(fc.uniqueArray(moment, { selector: Number }), days, moment, (times, keepDays, now) => {
      const backups = times.map((at) => ({ at }));
      const expired = expiredBackups(backups, keepDays, now);
      const newest = Math.max(...times.map(Number));
      for (const backup of backups) {
        const isOld = now.getTime() - backup.at.getTime() > keepDays * 86_400_000;
        expect(expired.includes(backup)).toBe(isOld && backup.at.getTime() !== newest);
      }
    }),
  );
});

test('a role without backups has none to give up', () => {
  expect(expiredBackups([], 1, new Date())).toEqual([]);
});
