import { describe, expect, test } from 'vitest';
import { backupAlerts, renderBackups } from '../../client/output/backups.js';
import { moment } from '../../client/output/text.js';
import type { BackupRun, BackupsView } from '../../client/run/read-backups.js';

const now = Date.now();
const hourMs = 3_600_000;

function backupRun(more: Partial<BackupRun> = {}): BackupRun {
  return {
    workflowId: 'backup/site-a-2026-11-27T02:00:00Z',
    scheduledMs: now - 2 * hourMs,
    state: 'saved',
    saved: ['install-vault', 'install-gogs'],
    failed: [],
    ...more,
  };
}

function backups(...runs: BackupRun[]): BackupsView {
  return {
    scheduleId: 'backup/site-a',
    nextMs: now + hourMs,
    roles: ['install-vault', 'install-gogs'],
    runs,
  };
}

const alerts = (...runs: BackupRun[]): string[] => backupAlerts(backups(...runs), 'site.yaml', now);

test('each role says when it was saved last, the next time stands above them', () => {
  const older = backupRun({ scheduledMs: now - 26 * hourMs });
  const newest = backupRun({
    state: 'failed',
    saved: ['install-gogs'],
    failed: [{ role: 'install-vault', message: 'sealed' }],
  });
  const lines = renderBackups(backups(newest, older), 'site.yaml', now);
  expect(lines.slice(0, 3)).toEqual([
    `Backups   next ${moment(now + hourMs, now)}`,
    `  install-vault   saved ${moment(now - 26 * hourMs, now)}`,
    `  install-gogs    saved ${moment(now - 2 * hourMs, now)}`,
  ]);
  expect(lines.every((line) => line.length <= 80)).toBe(true);
});

test('what was never saved is said', () => {
  expect(renderBackups(backups(), 'site.yaml', now)[1]).toBe('  install-vault   not saved yet');
  const failed = backupRun({ state: 'failed', saved: [] });
  expect(renderBackups(backups(failed, failed), 'site.yaml', now)[1]).toContain(
    'not saved in the last 2 runs',
  );
});

describe('a person is needed', () => {
  test('by what could not be saved, with what to type', () => {
    const [alert] = alerts(
      backupRun({ state: 'failed', failed: [{ role: 'install-vault', message: 'Vault is sealed' }] }),
    );
    expect(alert).toContain(
      'failed: install-vault: Vault is sealed. Mend it, then: socle run site.yaml install-vault backup',
    );
  });

  test('by a run that failed before it saved anything', () => {
    expect(alerts(backupRun({ state: 'failed', saved: [] }))).toEqual([
      expect.stringContaining('failed. See: socle status backup/site-a-2026-11-27T02:00:00Z'),
    ]);
  });

  test('by a run that does not end, not by one that has just begun', () => {
    expect(alerts(backupRun({ state: 'running' }))).toEqual([expect.stringContaining('under way for 2 h')]);
    expect(alerts(backupRun({ state: 'running', scheduledMs: now - 60_000 }))).toEqual([]);
    const begun = backupRun({ state: 'running', scheduledMs: now - 60_000, saved: [] });
    expect(alerts(begun, backupRun({ state: 'failed', saved: [] }))).toEqual([
      expect.stringContaining('failed'),
    ]);
  });

  test('by a schedule that somebody paused', () => {
    expect(backupAlerts({ ...backups(), paused: 'maintenance' }, 'site.yaml', now)).toEqual([
      expect.stringContaining(
        'paused (maintenance): nothing is saved. Go on: temporal schedule toggle --unpause',
      ),
    ]);
  });

  test('not by what failed before the newest run saved it', () => {
    const failed = backupRun({ state: 'failed', scheduledMs: now - 26 * hourMs });
    expect(alerts(backupRun(), failed)).toEqual([]);
  });
});
