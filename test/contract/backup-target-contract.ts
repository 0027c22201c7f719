import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backupTarget, type BackupTarget } from '../../activities/backup/target.js';
import { bucketAt, type Bucket } from '../../activities/clients/s3/bucket.js';
import { listObjects } from '../../activities/clients/s3/list-objects.js';
import { getObject } from '../../activities/clients/s3/objects.js';
import { putObject } from '../../activities/clients/s3/put-object.js';
import { PermanentError } from '../../activities/errors.js';
import { createSecrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.js';
import { buildMs, type S3UnderTest } from './s3-contract.js';
import { site } from './vault-targets.js';

const backup = {
  kind: 's3',
  accessKey: 'env:ACCESS',
  secretKey: 'env:SECRET',
  ca: 'env:CA',
  key: 'env:KEY',
  schedule: '0 2 * * *',
  keepDays: 30,
} as const;

/** What a role may expect of the site's backup target, whoever's S3 it is. */
export function backupTargetContract(name: string, make: () => Promise<S3UnderTest>): void {
  describe(`backup target on ${name}`, () => {
    let under: S3UnderTest;
    let proxy: FaultyProxy;
    let bucket: Bucket;
    const targetOf = (
      changed: Partial<Site> = {},
      environment: NodeJS.ProcessEnv = {},
    ): Promise<BackupTarget> => {
      const environmentOfWorker = {
        MASTER: '11'.repeat(32),
        ACCESS: under.accessKey,
        SECRET: under.secretKey,
        CA: proxy.ca,
        KEY: 'ab'.repeat(32),
        ...environment,
      };
      const its = { ...site, backup: { ...backup, url: proxy.url, bucket: under.bucket }, ...changed };
      return backupTarget(its, createSecrets(its, environmentOfWorker));
    };
    beforeAll(async () => {
      under = await make();
      proxy = await startFaultyProxy(under);
      bucket = bucketAt(under);
    }, buildMs);
    afterAll(async () => {
      await proxy.close();
      await under.close();
    });

    test('what was saved is loaded, by any worker that has the key', async () => {
      const content = randomBytes(2_000_000);
      const saved = await (
        await targetOf()
      ).save('install-vault', new Date('2026-11-27T02:00:00.789Z'), content);
      expect(saved).toBe('2026-11-27T02-00-00Z.backup');
      const target = await targetOf({}, { KEY: Buffer.from('ab'.repeat(32), 'hex').toString('base64') });
      expect((await target.load('install-vault', saved)).equals(content)).toBe(true);
    });

    test('nothing of a backup can be read where it lies', async () => {
      const content = Buffer.from('a text that nobody there may read '.repeat(100));
      const at = new Date('2026-11-27T02:00:00Z');
      const saved = await (await targetOf()).save('install-gogs', at, content);
      const stored = await getObject(bucket, `site-a/install-gogs/${saved}`);
      expect(stored).toBeDefined();
      expect(stored!.includes('a text')).toBe(false);
      expect(stored!.length).toBeGreaterThan(content.length);
    });

    test('backups are listed by time, each role for itself, whatever else lies beside them', async () => {
      const target = await targetOf();
      for (const at of ['2026-11-27T02:00:00Z', '2025-12-31T02:00:00Z', '2026-02-01T02:00:00Z'])
        await target.save('install-docker-registry', new Date(at), Buffer.from(at));
      for (const key of [
        'install-docker-registry/notes.txt',
        'install-docker-registry-2/2026-11-27T02-00-00Z.backup',
      ])
        await putObject(bucket, `site-a/${key}`, Buffer.from('foreign'));
      const listed = await target.list('install-docker-registry');
      expect(listed.map(({ name: one }) => one)).toEqual([
        '2025-12-31T02-00-00Z.backup',
        '2026-02-01T02-00-00Z.backup',
        '2026-11-27T02-00-00Z.backup',
      ]);
      expect(listed[0]!.at).toEqual(new Date('2025-12-31T02:00:00Z'));
      expect(await target.list('install-keycloak')).toEqual([]);
    });

    test('old backups are pruned, and never the newest', async () => {
      const target = await targetOf();
      const times = ['2026-01-01T02:00:00Z', '2026-01-02T02:00:00Z', '2026-01-03T02:00:00Z'];
      for (const at of times) await target.save('install-kafka', new Date(at), Buffer.from(at));
      await putObject(bucket, 'site-a/install-kafka/notes.txt', Buffer.from('foreign'));
      const prune = (now: string): Promise<string[]> => target.prune('install-kafka', 1, new Date(now));
      expect(await prune('2026-01-03T02:00:00Z')).toEqual(['2026-01-01T02-00-00Z.backup']);
      expect(await prune('2030-01-01T00:00:00Z')).toEqual(['2026-01-02T02-00-00Z.backup']);
      expect(await prune('2030-01-01T00:00:00Z')).toEqual([]);
      expect((await target.load('install-kafka', '2026-01-03T02-00-00Z.backup')).toString()).toBe(times[2]);
      expect((await listObjects(bucket, 'site-a/install-kafka/')).map(({ key }) => key)).toContain(
        'site-a/install-kafka/notes.txt',
      );
    });

    test('saved again after a lost answer, a moment has one backup', async () => {
      const target = await targetOf();
      const at = new Date('2026-11-27T02:00:00Z');
      proxy.fail({ method: 'PUT', path: /install-n8n/, kind: 'lose-answer' });
      await target.save('install-n8n', at, Buffer.from('first'));
      const saved = await target.save('install-n8n', at, Buffer.from('second'));
      expect(await target.list('install-n8n')).toHaveLength(1);
      expect((await target.load('install-n8n', saved)).toString()).toBe('second');
    });

    test('a backup opens for its own site, role, time and key alone', async () => {
      const target = await targetOf();
      const at = new Date('2026-11-27T02:00:00Z');
      const saved = await target.save('install-minio', at, Buffer.from('content'));
      const stored = (await getObject(bucket, `site-a/install-minio/${saved}`))!;
      const other = await targetOf({}, { KEY: 'cd'.repeat(32) });
      await expect(other.load('install-minio', saved)).rejects.toThrow('encrypted with another key');
      const namesake = await targetOf({ uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a11' });
      await expect(namesake.load('install-minio', saved)).rejects.toThrow('it is of another site');
      await putObject(bucket, `site-a/install-flowable/${saved}`, stored);
      await expect(target.load('install-flowable', saved)).rejects.toThrow('of install-minio');
      const later = '2026-11-28T02-00-00Z.backup';
      await putObject(bucket, `site-a/install-minio/${later}`, stored);
      await expect(target.load('install-minio', later)).rejects.toThrow(`it is the backup ${saved}`);
    });

    test('a backup that is not there, or whose name leads elsewhere, is refused', async () => {
      const target = await targetOf();
      for (const wrong of ['2020-01-01T00-00-00Z.backup', '../install-vault/2026-11-27T02-00-00Z.backup', ''])
        await expect(target.load('install-keycloak', wrong)).rejects.toThrow(PermanentError);
    });
  });
}
