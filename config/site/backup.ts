import { z } from 'zod';
import { HostWithPort, WebUrl } from './address.js';
import { EarlyReference } from './reference.js';
import { text } from './text.js';

const common = {
  /** 32 bytes that every backup is encrypted with before it leaves the platform. */
  key: EarlyReference,
  /** Five fields: minute hour day month weekday, in the machines' time zone. */
  schedule: text(
    /^[\d*/,-]+( [\d*/,A-Za-z-]+){4}$/,
    'a cron schedule',
    'Write five fields, such as "0 2 * * *"',
  ).default('0 2 * * *'),
  keepDays: z.int().min(1).max(3650).default(30),
};

export const S3Backup = z.strictObject({
  kind: z.literal('s3'),
  url: WebUrl,
  bucket: text(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket name'),
  region: z.string().min(1).optional(),
  accessKey: EarlyReference,
  secretKey: EarlyReference,
  ca: EarlyReference.optional(),
  ...common,
});

export const NfsBackup = z.strictObject({
  kind: z.literal('nfs'),
  server: HostWithPort,
  path: text(/^\/\S*$/, 'an absolute path'),
  ...common,
});

/** Where backups go: always outside the platform, or they would be lost with it. */
export const Backup = z.discriminatedUnion('kind', [S3Backup, NfsBackup]);
export type Backup = z.infer<typeof Backup>;
