import type { Bucket } from './bucket.js';

/** What a bucket says of an object. `sha256` is there when `putObject` wrote it. */
export type ObjectFacts = { bytes: number; sha256?: string };

/** Kept beside the object: its ETag is no digest of its bytes where the service encrypts them. */
export const digestHeader = 'x-amz-meta-sha256';

/** Looks at an object; undefined when it, or all of its bucket, is not there: S3 tells no more to this question. */
export async function headObject(bucket: Bucket, key: string): Promise<ObjectFacts | undefined> {
  const { status, headers } = await bucket.request({ method: 'HEAD', key });
  if (status === 404) return undefined;
  const sha256 = headers[digestHeader];
  return { bytes: Number(headers['content-length']), ...(sha256 !== undefined && { sha256 }) };
}

/** All bytes of an object; undefined when it is not there. */
export async function getObject(bucket: Bucket, key: string): Promise<Buffer | undefined> {
  const { status, body } = await bucket.request({ method: 'GET', key });
  return status === 404 ? undefined : body;
}

/** Deletes an object; nothing happens when it is not there. */
export async function deleteObject(bucket: Bucket, key: string): Promise<void> {
  await bucket.request({ method: 'DELETE', key });
}
