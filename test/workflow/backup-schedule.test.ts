import { afterEach, expect, test } from 'vitest';
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { scheduleBackups } from '../../activities/backup/schedule-backups.js';
import { declarationOf } from '../../activities/registry.js';
import { readBackups } from '../../client/run/read-backups.js';
import { hashOf } from '../../config/canonical-json.js';
import type { BackupsInput } from '../../config/plan-types.js';
import { keepingRole, planWith } from './backups-fixture.js';
import { Laboratory } from './harness.js';
import { masterKeyName } from './real-role.js';

process.env[masterKeyName] = '11'.repeat(32);

let laboratory: Laboratory;
afterEach(() => laboratory.close());

/** Nothing is saved there: these tests are about the schedule alone. */
const backup = {
  kind: 's3',
  url: 'https://127.0.0.1:1',
  bucket: 'backups',
  accessKey: 'env:UNUSED',
  secretKey: 'env:UNUSED',
  key: 'env:UNUSED',
  schedule: '0 2 * * *',
  keepDays: 30,
} as const;

test('a schedule whose making lost its answer, or that another attempt has just made, is found and not made anew', async () => {
  const roles = [keepingRole('install-vault')];
  const plan = planWith(roles, backup);
  laboratory = await Laboratory.open(plan, {}, { roles });
  const run = await laboratory.deploy(plan);
  await run.result();
  const schedule = laboratory.client.schedule.getHandle(`backup/${laboratory.siteName}`);
  await schedule.delete();
  const { client, taskQueue } = laboratory;
  const real = client.schedule;
  /** The activity, with a client whose requests about schedules end otherwise. */
  const attempt = (changed: Partial<typeof real>): Promise<void> => {
    const changedSchedules = Object.assign(Object.create(real) as typeof real, changed);
    const its = Object.create(client, { schedule: { value: changedSchedules } }) as Client;
    const { workflowId, firstExecutionRunId: runId } = run as typeof run & { firstExecutionRunId: string };
    return new MockActivityEnvironment({}, { client: its, logger: new DefaultLogger('ERROR') }).run(
      scheduleBackups,
      input(workflowId, runId),
      [declarationOf(roles[0]!)],
    );
  };
  const input = (workflowId: string, runId: string): BackupsInput => ({
    planRun: { workflowId, runId },
    hash: hashOf(plan),
    inPlace: ['install-vault'],
    options: { stateAttribute: false, taskQueue, hypervisorQueue: taskQueue },
  });
  const losing = async (options: Parameters<typeof real.create>[0]): Promise<never> => {
    await real.create(options);
    throw new Error('the answer was lost');
  };
  await expect(attempt({ create: losing as typeof real.create })).rejects.toThrow('the answer was lost');
  await attempt({ create: () => expect.fail('it is there already') });
  let looks = 0;
  const late = (id: string): ReturnType<typeof real.getHandle> => {
    looks += 1;
    const handle = real.getHandle(id);
    if (looks > 1) return handle;
    return { ...handle, describe: () => Promise.reject(new ScheduleNotFoundError('not yet', id)) };
  };
  await attempt({ getHandle: late });
  expect(looks).toBe(2);
  expect((await readBackups(client, laboratory.siteName))?.roles).toEqual(['install-vault']);
  expect((await schedule.describe()).info.lastUpdatedAt).toBeUndefined();
});
