import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketAt, type Bucket, type BucketSettings } from '../../activities/clients/s3/bucket.js';
import { listObjects } from '../../activities/clients/s3/list-objects.js';
import { deleteObject, getObject, headObject } from '../../activities/clients/s3/objects.js';
import { putObject } from '../../activities/clients/s3/put-object.js';
import { ApiError } from '../../activities/errors.js';
import { authorityOf } from '../../config/certificates/authority.js';
import { createSecrets } from '../../config/secrets.js';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.js';
import { site as otherSite } from './vault-targets.js';

/** An S3 service with one empty bucket, and an account that may do everything there. */
export type S3UnderTest = Required<
  Pick<BucketSettings, 'url' | 'ca' | 'bucket' | 'accessKey' | 'secretKey'>
> & { close: () => Promise<void> };

/** To build a real server takes some minutes, once. */
export const buildMs = 3_600_000;

/** What the S3 client needs of any service. */
export function s3Contract(name: string, make: () => Promise<S3UnderTest>): void {
  describe(`S3 client against ${name}`, () => {
    let under: S3UnderTest;
    let proxy: FaultyProxy;
    let bucket: Bucket;
    const other = (changed: Partial<BucketSettings>): Bucket => bucketAt({ ...under, ...changed });
    beforeAll(async () => {
      under = await make();
      proxy = await startFaultyProxy(under);
      bucket = bucketAt({ ...under, url: proxy.url, ca: proxy.ca });
    }, buildMs);
    afterAll(async () => {
      await proxy.close();
      await under.close();
    });
    const errorOf = async (promise: Promise<unknown>): Promise<ApiError> => {
      const error = await promise.then(
        () => new Error('nothing was thrown'),
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof ApiError)) throw error;
      expect(error.message).not.toContain(under.secretKey);
      expect(error.message).not.toContain(under.accessKey);
      expect(error.message).not.toMatch(/[0-9a-f]{64}/);
      return error;
    };

    test('what was put is got, byte by byte, and put again it stays', async () => {
      const content = randomBytes(100_000);
      await putObject(bucket, 'put/one', content);
      await putObject(bucket, 'put/one', content);
      expect(await getObject(bucket, 'put/one')).toEqual(content);
      expect(await headObject(bucket, 'put/one')).toMatchObject({ bytes: content.length });
      expect(await listObjects(bucket, 'put/')).toEqual([{ key: 'put/one', bytes: content.length }]);
    });

    test('a put in place of another leaves the later bytes', async () => {
      await putObject(bucket, 'replaced', Buffer.from('earlier'));
      await putObject(bucket, 'replaced', Buffer.from('later'));
      expect((await getObject(bucket, 'replaced'))?.toString()).toBe('later');
    });

    test('an object of no bytes is one', async () => {
      await putObject(bucket, 'empty', Buffer.alloc(0));
      expect(await getObject(bucket, 'empty')).toEqual(Buffer.alloc(0));
    });

    test('what is not there is neither seen nor got, and is deleted without a word', async () => {
      expect(await headObject(bucket, 'nowhere/one')).toBeUndefined();
      expect(await getObject(bucket, 'nowhere/one')).toBeUndefined();
      expect(await listObjects(bucket, 'nowhere/')).toEqual([]);
      await deleteObject(bucket, 'nowhere/one');
    });

    test('what was deleted is gone, and nothing else', async () => {
      await putObject(bucket, 'deleted/one', Buffer.from('one'));
      await putObject(bucket, 'deleted/two', Buffer.from('two'));
      await deleteObject(bucket, 'deleted/one');
      await deleteObject(bucket, 'deleted/one');
      expect(await listObjects(bucket, 'deleted/')).toEqual([{ key: 'deleted/two', bytes: 3 }]);
    });

    test('keys with characters that paths and XML have a use for come back as they were', async () => {
      const keys = [`odd/a b+c&d=e%2Ff'(g)!*~<h>"ü.backup`, 'odd/plain'];
      for (const key of keys) await putObject(bucket, key, Buffer.from(key));
      expect((await listObjects(bucket, 'odd/')).map(({ key }) => key)).toEqual(keys);
      for (const key of keys) expect((await getObject(bucket, key))?.toString()).toBe(key);
      expect(await listObjects(bucket, 'odd/a b+c&d=')).toHaveLength(1);
    });

    test('a list of several pages is whole, in order and without a repeat', async () => {
      const keys = Array.from({ length: 11 }, (_, index) => `paged/${String(index).padStart(2, '0')}`);
      for (const key of keys) await putObject(bucket, key, Buffer.from(key));
      for (const pageSize of [1, 3, 11, 12]) {
        proxy.requests.length = 0;
        expect((await listObjects(bucket, 'paged/', pageSize)).map(({ key }) => key)).toEqual(keys);
        expect(proxy.requests).toHaveLength(Math.ceil(keys.length / pageSize));
      }
    });

    test('an object of 20 MB goes and comes as one', async () => {
      const content = randomBytes(20_000_000);
      await putObject(bucket, 'large', content);
      expect((await getObject(bucket, 'large'))?.equals(content)).toBe(true);
    });

    test.each([
      [
        'secret key',
        { secretKey: 'another-secret-key' },
        /SignatureDoesNotMatch .*The secret key is not the one/,
      ],
      [
        'access key',
        { accessKey: 'another-access-key' },
        /InvalidAccessKeyId .*Name an access key that the service has/,
      ],
      ['region', { region: 'elsewhere-1' }, /AuthorizationHeaderMalformed .*Name the service's own region/],
      [
        'clock',
        { now: () => new Date(Date.now() - 3_600_000) },
        /RequestTimeTooSkewed .*set both by NTP, then try again/,
      ],
    ])('a wrong %s is refused for good, with a remedy', async (_what, wrong, message) => {
      const misled = other(wrong);
      for (const ask of [
        () => listObjects(misled, ''),
        () => getObject(misled, 'put/one'),
        () => putObject(misled, 'refused', Buffer.from('refused')),
        () => deleteObject(misled, 'put/one'),
      ]) {
        const error = await errorOf(ask());
        expect(error).toMatchObject({ system: 'S3', retryable: false });
        expect(error.status).toBeGreaterThanOrEqual(400);
        expect(error.message).toMatch(message);
      }
      expect(await headObject(bucket, 'refused')).toBeUndefined();
    });

    test('a bucket that is not there is told from an object that is not', async () => {
      const missing = other({ bucket: 'no-such-bucket' });
      for (const ask of [
        () => listObjects(missing, ''),
        () => getObject(missing, 'one'),
        () => putObject(missing, 'one', Buffer.from('one')),
      ]) {
        const error = await errorOf(ask());
        expect(error).toMatchObject({ status: 404, retryable: false });
        expect(error.message).toMatch(/NoSuchBucket .*Make the bucket/);
      }
    });

    test('a certificate of another authority is refused before anything is sent', async () => {
      const { root } = await authorityOf(otherSite, createSecrets(otherSite, { MASTER: '99'.repeat(32) }));
      const error = await errorOf(putObject(other({ ca: root }), 'untrusted', Buffer.from('secret')));
      expect(error).toMatchObject({ status: 0, retryable: true });
      expect(error.message).toMatch(/certificate/);
      expect(await headObject(bucket, 'untrusted')).toBeUndefined();
    });

    test('a download that is cut off is no object, and the next one is whole', async () => {
      const content = randomBytes(3_000_000);
      await putObject(bucket, 'cut-download', content);
      proxy.fail({ method: 'GET', path: /cut-download$/, kind: 'cut-answer', afterBytes: 500_000 });
      const error = await errorOf(getObject(bucket, 'cut-download'));
      expect(error).toMatchObject({ status: 0, retryable: true });
      expect((await getObject(bucket, 'cut-download'))?.equals(content)).toBe(true);
    });

    test('an upload that is cut off leaves what was there, and the next one is whole', async () => {
      const [earlier, later] = [Buffer.from('earlier'), randomBytes(3_000_000)];
      await putObject(bucket, 'cut-upload', earlier);
      proxy.fail({ method: 'PUT', path: /cut-upload$/, kind: 'cut-request', afterBytes: 500_000 });
      const error = await errorOf(putObject(bucket, 'cut-upload', later));
      expect(error).toMatchObject({ method: 'PUT', status: 0, retryable: true });
      expect(await getObject(bucket, 'cut-upload')).toEqual(earlier);
      await putObject(bucket, 'cut-upload', later);
      expect((await getObject(bucket, 'cut-upload'))?.equals(later)).toBe(true);
    });

    test('a lost answer to a put is found by looking, and no byte is sent twice', async () => {
      const content = randomBytes(10_000);
      proxy.requests.length = 0;
      proxy.fail({ method: 'PUT', path: /lost-put$/, kind: 'lose-answer' });
      await putObject(bucket, 'lost-put', content);
      expect(proxy.requests).toEqual([`PUT /${under.bucket}/lost-put`, `HEAD /${under.bucket}/lost-put`]);
      expect(await getObject(bucket, 'lost-put')).toEqual(content);
    });

    test.each([
      ['GET', (key: string) => getObject(bucket, key)],
      ['HEAD', (key: string) => headObject(bucket, key)],
      ['DELETE', (key: string) => deleteObject(bucket, key)],
    ])('a lost answer to %s costs nothing but a repeat', async (method, ask) => {
      const key = `lost-${method}`;
      await putObject(bucket, key, Buffer.from('content'));
      proxy.fail({ method, path: new RegExp(`${key}$`), kind: 'lose-answer' });
      expect(await errorOf(ask(key))).toMatchObject({ method, status: 0, retryable: true });
      await ask(key);
      expect((await getObject(bucket, key))?.toString()).toBe(method === 'DELETE' ? undefined : 'content');
    });

    test('an abort ends what is under way with its own reason', async () => {
      const abort = new AbortController();
      const aborted = bucketAt({ ...under, signal: abort.signal });
      const put = putObject(aborted, 'aborted', randomBytes(20_000_000));
      abort.abort(new Error('told to stop'));
      await expect(put).rejects.toThrow('told to stop');
    });
  });
}
