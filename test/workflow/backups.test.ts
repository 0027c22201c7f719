import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ScheduleNotFoundError } from '@temporalio/client';
import { bucketAt } from '../../activities/clients/s3/bucket.js';
import { listObjects } from '../../activities/clients/s3/list-objects.js';
import { PermanentError } from '../../activities/errors.js';
import { done } from '../../activities/role.js';
import { backupAlerts } from '../../client/output/backups.js';
import { readBackups, type BackupsView } from '../../client/run/read-backups.js';
import { readRun } from '../../client/run/read-run.js';
import type { Site } from '../../config/site.js';
import { canTestWith } from '../../tools/test-programs.js';
import { startRealS3 } from '../contract/s3-real.js';
import type { S3UnderTest } from '../contract/s3-contract.js';
import { failureOf } from './answers.js';
import { held, keepingRole, planWith } from './backups-fixture.js';
import { eventually, Laboratory } from './harness.js';
import { masterKeyName } from './real-role.js';

process.env[masterKeyName] = '11'.repeat(32);

let laboratory: Laboratory;
afterEach(() => laboratory.close());

const scheduleId = (): string => `backup/${laboratory.siteName}`;
const schedule = () => laboratory.client.schedule.getHandle(scheduleId());
const view = async (): Promise<BackupsView> =>
  (await readBackups(laboratory.client, laboratory.siteName)) ?? expect.fail('there is no schedule');

/** A schedule fires when it is due or, as here, when somebody has it fire now. */
const fired = async (seen: (run: BackupsView['runs'][number]) => boolean): Promise<BackupsView> => {
  await schedule().trigger('BUFFER_ONE');
  return eventually(async () => {
    const backups = await view();
    return backups.runs[0] && seen(backups.runs[0]) ? backups : undefined;
  });
};

describe.runIf(canTestWith('go'))('scheduled backups', () => {
  let s3: S3UnderTest;
  let backup: Site['backup'];
  beforeAll(async () => {
    s3 = await startRealS3();
    Object.assign(process.env, {
      TEST_BACKUP_ACCESS: s3.accessKey,
      TEST_BACKUP_SECRET: s3.secretKey,
      TEST_BACKUP_CA: s3.ca,
      TEST_BACKUP_KEY: '33'.repeat(32),
    });
    backup = {
      kind: 's3',
      url: s3.url,
      bucket: s3.bucket,
      accessKey: 'env:TEST_BACKUP_ACCESS',
      secretKey: 'env:TEST_BACKUP_SECRET',
      ca: 'env:TEST_BACKUP_CA',
      key: 'env:TEST_BACKUP_KEY',
      schedule: '0 2 * * *',
      keepDays: 30,
    };
  }, 3_600_000);
  afterAll(() => s3?.close());

  const storedOf = async (role: string): Promise<string[]> =>
    (await listObjects(bucketAt(s3), `${laboratory.siteName}/${role}/`)).map(({ key }) => key);

  test('what each phase has put in place is saved from then on, at the times of the site file', async () => {
    const keycloak = held();
    const slow = { id: 'a', title: 'a', on: 'site', profile: 'quick', apply: async () => undefined } as const;
    const roles = [
      keepingRole('install-vault'),
      keepingRole('install-keycloak', {
        steps: [{ ...slow, check: () => keycloak.work().then(() => done) }],
      }),
    ];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    const run = await laboratory.deploy(plan);
    const first = await eventually(() => readBackups(laboratory.client, laboratory.siteName));
    expect(first.roles).toEqual(['install-vault']);
    await keycloak.begun;
    const beside = await fired(({ state }) => state === 'saved');
    expect(beside.runs[0]).toMatchObject({ saved: ['install-vault'] });
    keycloak.release();
    await run.result();
    expect((await view()).roles).toEqual(['install-vault', 'install-keycloak']);
    const { spec, policies, info } = await schedule().describe();
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 2 }], minute: [{ start: 0 }] }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 7 * 86_400_000, pauseOnFailure: false });
    expect(info.nextActionTimes[0]!.toISOString()).toMatch(/T02:00:00/);

    const backups = await fired(({ state, saved }) => state === 'saved' && saved.length === 2);
    expect(backups.runs[0]).toMatchObject({ saved: ['install-vault', 'install-keycloak'], failed: [] });
    expect(backups.runs[0]!.workflowId).toMatch(new RegExp(`^${scheduleId()}-\\d{4}-`));
    expect(await storedOf('install-vault')).toHaveLength(2);
    expect(await storedOf('install-keycloak')).toHaveLength(1);
    expect(backupAlerts(backups, 'site.yaml', Date.now())).toEqual([]);
  });

  test('a second deployment changes nothing of it, another time does, and a pause is kept', async () => {
    const roles = [keepingRole('install-vault')];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    await (await laboratory.deploy(plan)).result();
    await (await laboratory.deploy(plan)).result();
    expect((await schedule().describe()).info.lastUpdatedAt).toBeUndefined();
    await schedule().pause('maintenance');
    const later = planWith(roles, { ...backup!, schedule: '30 4 * * MON' }, 'apply', {
      name: laboratory.siteName,
    });
    await (await laboratory.deploy(later)).result();
    const { spec, state } = await schedule().describe();
    expect(spec.calendars).toMatchObject([{ hour: [{ start: 4 }], dayOfWeek: [{ start: 'MONDAY' }] }]);
    expect(state).toMatchObject({ paused: true, note: 'maintenance' });
    expect(backupAlerts(await view(), 'site.yaml', Date.now())).toEqual([
      expect.stringContaining('paused (maintenance)'),
    ]);
  });

  test('roles that are removed are saved no longer; without any, or without a target, there is no schedule', async () => {
    const roles = [keepingRole('install-vault'), keepingRole('install-gogs')];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    const { siteName: name } = laboratory;
    await (await laboratory.deploy(plan)).result();
    await (
      await laboratory.deploy(planWith(roles, backup, 'remove', { only: ['install-vault'], name }))
    ).result();
    expect((await view()).roles).toEqual(['install-gogs']);
    await (
      await laboratory.deploy(planWith(roles, backup, 'remove', { only: ['install-gogs'], name }))
    ).result();
    await expect(schedule().describe()).rejects.toThrow(ScheduleNotFoundError);
    await (await laboratory.deploy(plan)).result();
    expect((await view()).roles).toHaveLength(2);
    await (await laboratory.deploy(planWith(roles, undefined, 'apply', { name }))).result();
    await expect(schedule().describe()).rejects.toThrow(ScheduleNotFoundError);
  });

  test('what one role fails at keeps no other from being saved, is told with what to type, and tried again', async () => {
    const roles = [
      keepingRole('install-vault', {
        save: async () => {
          throw new PermanentError('no node of Vault leads');
        },
      }),
      keepingRole('install-gogs'),
      keepingRole('install-keycloak'),
    ];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    await (await laboratory.deploy(plan)).result();
    const backups = await fired(({ state }) => state === 'running again');
    expect(backups.runs[0]).toMatchObject({
      saved: ['install-gogs', 'install-keycloak'],
      failed: [{ role: 'install-vault', message: 'no node of Vault leads' }],
    });
    expect(await storedOf('install-vault')).toEqual([]);
    expect(await storedOf('install-keycloak')).toHaveLength(1);
    const [alert] = backupAlerts(backups, 'site.yaml', Date.now());
    expect(alert).toContain('failed and is tried again: install-vault: no node of Vault leads');
    expect(alert).toContain('socle run site.yaml install-vault backup');
    await laboratory.client.workflow.getHandle(backups.runs[0]!.workflowId).terminate();
  });

  test('a backup waits for a restore, and a restore for a backup', async () => {
    const restore = held();
    const save = held();
    const roles = [keepingRole('install-vault', { restore: restore.work, save: save.work })];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    const { siteName: name } = laboratory;
    await (await laboratory.deploy(plan)).result();
    const restoring = planWith(roles, backup, 'operation', { operation: 'restore', name });
    const waiting = (id: string, what: string): Promise<true> =>
      eventually(async () => {
        const { pending } = await readRun(laboratory.client, id);
        return pending.some(({ resource = '' }) => resource.startsWith(`waits for ${what}`)) || undefined;
      });

    const first = await laboratory.deploy(restoring);
    await restore.begun;
    const { runs } = await fired(({ state }) => state === 'running');
    await waiting(runs[0]!.workflowId, `the operation of ${name}`);
    restore.release();
    await first.result();
    await save.begun;
    const second = await laboratory.deploy(restoring);
    await waiting(name, `the scheduled ${runs[0]!.workflowId}/base-infrastructure`);
    save.release();
    await second.result();
    expect((await view()).runs[0]).toMatchObject({ state: 'saved', saved: ['install-vault'] });
  });

  test('data goes only after a backup of the last day', async () => {
    const roles = [keepingRole('install-vault'), keepingRole('install-gogs')];
    const plan = planWith(roles, backup);
    laboratory = await Laboratory.open(plan, {}, { roles });
    const { siteName: name } = laboratory;
    const removal = planWith(roles, backup, 'remove', { name });
    const refused = await failureOf(await laboratory.deploy(removal, { freshBackups: true }));
    expect(refused.message).toMatch(
      /nothing was removed[\s\S]*install-vault: it has none\. Make one: socle run FILE install-vault backup\ninstall-gogs[\s\S]*--without-backup/,
    );
    await (
      await laboratory.deploy(planWith(roles, backup, 'operation', { operation: 'backup', name }))
    ).result();
    expect(await (await laboratory.deploy(removal, { freshBackups: true })).result()).toMatchObject({
      state: 'done',
    });
    const withoutTarget = planWith(roles, undefined, 'remove', { name });
    expect(
      (await failureOf(await laboratory.deploy(withoutTarget, { freshBackups: true }))).message,
    ).toContain(
      'no backup target that this version reads, and the data of install-vault, install-gogs would be gone\nRemove the data all the same: --without-backup',
    );
    expect(await (await laboratory.deploy(withoutTarget)).result()).toMatchObject({ state: 'done' });
  });
});
