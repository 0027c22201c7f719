import type { RoleName } from '../../config/phases.js';
import type { Secrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';
import { bucketAt, type Bucket } from '../clients/s3/bucket.js';
import { listObjects } from '../clients/s3/list-objects.js';
import { deleteObject, getObject } from '../clients/s3/objects.js';
import { putObject } from '../clients/s3/put-object.js';
import { PermanentError } from '../errors.js';
import { backupKey } from './backup-key.js';
import { backupName, backupTime } from './backup-name.js';
import { decryptBackup } from './decrypt.js';
import { encryptBackup, mostBackupBytes } from './encrypt.js';
import { expiredBackups } from './expired-backups.js';

/** A backup as it lies at the target; `bytes` are those of its encrypted form. */
export type StoredBackup = { name: string; at: Date; bytes: number };

/** Where a site's backups lie: outside the platform, encrypted. */
export type BackupTarget = {
  /** Keeps the backup that a run made at a moment. @returns its name */
  save: (role: RoleName, at: Date, content: Buffer, run?: string) => Promise<string>;
  /** A role's backups, the oldest first. */
  list: (role: RoleName) => Promise<StoredBackup[]>;
  /** @throws PermanentError when there is no such backup, or it is not what was saved */
  load: (role: RoleName, name: string) => Promise<Buffer>;
  /** Deletes backups older than so many days, never the newest. @returns the names of those that are gone */
  prune: (role: RoleName, keepDays: number, now: Date) => Promise<string[]>;
};

/** Header, tag and some room: what a stored backup may have beyond its content. */
const overheadBytes = 4096;

/**
 * The target that the site file names under `backup`. A role's backups are `SITE/ROLE/TIME.backup` in the bucket.
 * @throws PermanentError when there is none, or one that this version cannot write to; UserError for a missing secret
 */
export async function backupTarget(
  site: Pick<Site, 'name' | 'uuid' | 'backup'>,
  secrets: Pick<Secrets, 'resolve'>,
  signal?: AbortSignal,
): Promise<BackupTarget> {
  const { backup } = site;
  if (backup === undefined)
    throw new PermanentError(`${site.name} has no backup target. Add \`backup\` to its site file`);
  if (backup.kind === 'nfs')
    throw new PermanentError(
      `this version's workers write backups to S3 only, and \`backup\` of ${site.name} is of kind nfs. Set \`backup.kind\` to s3, with url, bucket, accessKey and secretKey`,
    );
  const key = backupKey(await secrets.resolve(backup.key), backup.key);
  const bucket = bucketAt({
    url: backup.url,
    bucket: backup.bucket,
    accessKey: await secrets.resolve(backup.accessKey),
    secretKey: await secrets.resolve(backup.secretKey),
    ...(backup.region !== undefined && { region: backup.region }),
    ...(backup.ca !== undefined && { ca: await secrets.resolve(backup.ca) }),
    ...(signal && { signal }),
  });
  const folder = (role: RoleName): string => `${site.name}/${role}/`;
  const context = (role: RoleName, name: string) => ({ siteUuid: site.uuid, role, name });
  const list = (role: RoleName): Promise<StoredBackup[]> => storedBackups(bucket, folder(role));
  return {
    save: async (role, at, content, run) => {
      const name = backupName(at, run);
      await putObject(bucket, folder(role) + name, encryptBackup(content, key, context(role, name)));
      return name;
    },
    list,
    load: async (role, name) => {
      const stored = (await list(role)).find((backup) => backup.name === name);
      const place = `${folder(role)}${name} in the bucket ${backup.bucket}`;
      if (stored === undefined) throw new PermanentError(`there is no backup ${place}`);
      if (stored.bytes > mostBackupBytes + overheadBytes)
        throw new PermanentError(`${place} has ${stored.bytes} bytes: no backup of this version is so large`);
      const bytes = await getObject(bucket, folder(role) + name);
      if (bytes === undefined) throw new PermanentError(`the backup ${place} has just been deleted`);
      return decryptBackup(bytes, key, context(role, name));
    },
    prune: async (role, keepDays, now) => {
      const expired = expiredBackups(await list(role), keepDays, now);
      for (const { name } of expired) await deleteObject(bucket, folder(role) + name);
      return expired.map(({ name }) => name);
    },
  };
}

/** What else lies there is not Socle's, and left alone. */
async function storedBackups(bucket: Bucket, folder: string): Promise<StoredBackup[]> {
  const objects = await listObjects(bucket, folder);
  return objects
    .flatMap(({ key, bytes }) => {
      const name = key.slice(folder.length);
      const at = backupTime(name);
      return at === undefined ? [] : [{ name, at, bytes }];
    })
    .sort((one, other) => one.at.getTime() - other.at.getTime());
}
