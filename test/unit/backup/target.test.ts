import { expect, test } from 'vitest';
import { backupTarget } from '../../../activities/backup/target.js';
import { PermanentError } from '../../../activities/errors.js';
import { UserError } from '../../../config/errors.js';
import { S3Backup, type Backup } from '../../../config/site/backup.js';

const site = { name: 'site-a', uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10' };
const s3 = S3Backup.parse({
  kind: 's3',
  url: 'https://s3.example.org',
  bucket: 'backups',
  accessKey: 'env:ACCESS',
  secretKey: 'env:SECRET',
  key: 'env:KEY',
});
const values: Record<string, string> = { 'env:KEY': '11'.repeat(32) };
const secrets = { resolve: async (reference: string) => values[reference] ?? reference };

test('a target on S3 is made without asking anybody', async () => {
  await expect(backupTarget({ ...site, backup: s3 }, secrets)).resolves.toHaveProperty('save');
});

test('without a target a backup is refused with what to add', async () => {
  const refused = backupTarget(site, secrets);
  await expect(refused).rejects.toThrow(PermanentError);
  await expect(refused).rejects.toThrow('Add `backup` to its site file');
});

test('a target on NFS is refused with what to set', async () => {
  const nfs: Backup = {
    kind: 'nfs',
    server: 'nas.example.org',
    path: '/backups',
    key: 'env:KEY',
    schedule: '0 2 * * *',
    keepDays: 30,
  };
  const refused = backupTarget({ ...site, backup: nfs }, secrets);
  await expect(refused).rejects.toThrow(PermanentError);
  await expect(refused).rejects.toThrow(/write backups to S3 only.*Set `backup.kind` to s3/);
});

test('a key of another length is refused before anything is sent', async () => {
  const refused = backupTarget({ ...site, backup: { ...s3, key: 'env:SHORT' } }, secrets);
  await expect(refused).rejects.toThrow(UserError);
});
