import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bucketAt, type Bucket } from '../../activities/clients/s3/bucket.js';
import { listObjects } from '../../activities/clients/s3/list-objects.js';
import { getObject } from '../../activities/clients/s3/objects.js';
import { putObject } from '../../activities/clients/s3/put-object.js';
import { ApiError } from '../../activities/errors.js';

const keys = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

/** A service that answers as a well one cannot be made to. Behind a path, as some gateways are. */
async function bucketOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ bucket: Bucket; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    request.resume();
    request.once('end', () => answer(request, response));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/s3/`;
  return { bucket: bucketAt({ url, bucket: 'backups', ...keys }), requests };
}

const refusal = (code: string, message = 'No.'): string =>
  `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>1F2E</RequestId></Error>`;

async function errorOf(promise: Promise<unknown>): Promise<ApiError> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ApiError) return error;
  throw error;
}

test.each([
  [503, 'SlowDown', true],
  [503, 'ServiceUnavailable', true],
  [500, 'InternalError', true],
  [400, 'RequestTimeout', true],
  [409, 'OperationAborted', true],
  [403, 'AccessDenied', false],
  [403, 'RequestTimeTooSkewed', false],
  [404, 'NoSuchBucket', false],
  [301, 'PermanentRedirect', false],
])('%i %s is worth a repeat: %s', async (status, code, retryable) => {
  const { bucket } = await bucketOf((_request, response) => response.writeHead(status).end(refusal(code)));
  const error = await errorOf(listObjects(bucket, 'site-a/'));
  expect(error).toMatchObject({ status, retryable, requestId: '1F2E', path: '/s3/backups' });
  expect(error.message).toContain(`${code} No.`);
});

test('a service that repeats what it was sent shows neither key to anybody', async () => {
  const { bucket } = await bucketOf((request, response) => {
    const said = `${keys.accessKey} with ${keys.secretKey}`;
    const signed = `<StringToSign>${request.headers.authorization}</StringToSign></Error>`;
    response.writeHead(403).end(refusal('SignatureDoesNotMatch', said).replace('</Error>', signed));
  });
  const { message } = await errorOf(getObject(bucket, 'one'));
  expect(message).toMatch(/403: SignatureDoesNotMatch \*\*\* with \*\*\*\. The secret key is not the one/);
  expect(message).not.toContain('Signature=');
});

test('a page that says 404 is no word on an object', async () => {
  const { bucket } = await bucketOf((_request, response) => response.writeHead(404).end('<h1>Nothing here'));
  const error = await errorOf(getObject(bucket, 'one'));
  expect(error).toMatchObject({ status: 404, retryable: false });
  expect(error.message).toContain('Nothing here');
});

test.each([
  ['<html><body>Welcome</body></html>', 'the list has another form'],
  ['<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>', 'more objects, but not where'],
])('a list that is none or has no end (%s) is not taken for one', async (body, message) => {
  const { bucket } = await bucketOf((_request, response) => response.writeHead(200).end(body));
  const error = await errorOf(listObjects(bucket, ''));
  expect(error).toMatchObject({ retryable: false });
  expect(error.message).toContain(message);
});

test('a put whose outcome nobody knows has failed unless these very bytes are there', async () => {
  const { bucket, requests } = await bucketOf((request, response) => {
    if (request.method === 'PUT') response.writeHead(500).end(refusal('InternalError'));
    else response.writeHead(200, { 'content-length': '3', 'x-amz-meta-sha256': 'ab'.repeat(32) }).end();
  });
  const error = await errorOf(putObject(bucket, 'one', Buffer.from('one')));
  expect(error).toMatchObject({ method: 'PUT', status: 500, retryable: true });
  expect(requests).toEqual(['PUT /s3/backups/one', 'HEAD /s3/backups/one']);
});

test('a put that was refused for good is not looked for', async () => {
  const { bucket, requests } = await bucketOf((_request, response) =>
    response.writeHead(403).end(refusal('AccessDenied')),
  );
  expect(await errorOf(putObject(bucket, 'one', Buffer.from('one')))).toMatchObject({ status: 403 });
  expect(requests).toEqual(['PUT /s3/backups/one']);
});
