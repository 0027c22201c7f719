import { z } from 'zod';
import { HostWithPort, WebUrl } from './address.js';
import { cronPattern } from './cron.js';
import { EarlyReference } from './reference.js';
import { text } from './text.js';

const common = {
  key: EarlyReference.describe('32 bytes that every backup is encrypted with before it leaves the platform'),
  schedule: text(cronPattern, 'a cron schedule', 'Write five fields, such as "0 2 * * *"')
    .default('0 2 * * *')
    .describe('When: five cron fields, in UTC'),
  keepDays: z.int().min(1).max(3650).default(30).describe('Days that a backup is kept'),
};

export const S3Backup = z.strictObject({
  kind: z.literal('s3').describe('S3 or compatible'),
  url: WebUrl.describe('Address of the S3 service'),
  bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name').describe('Bucket; it must exist'),
  region: z.string().min(1).optional().describe('Region, where the service wants one'),
  accessKey: EarlyReference.describe('Access key id'),
  secretKey: EarlyReference.describe('Secret access key'),
  ca: EarlyReference.optional().describe('PEM of the authority that signed its certificate'),
  ...common,
});

export const NfsBackup = z.strictObject({
  kind: z.literal('nfs').describe('NFS version 4'),
  server: HostWithPort.describe('Host or address of the NFS server'),
  path: text(/^\/\S*$/, 'an absolute path').describe('Exported path'),
  ...common,
});

/** Where backups go: always outside the platform, or they would be lost with it. */
export const Backup = z.discriminatedUnion('kind', [S3Backup, NfsBackup]);
export type Backup = z.infer<typeof Backup>;
