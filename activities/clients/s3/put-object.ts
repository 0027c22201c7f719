import { createHash } from 'node:crypto';
import { ApiError } from '../../errors.js';
import type { Bucket } from './bucket.js';
import { digestHeader, headObject } from './objects.js';

/**
 * Writes an object, in place of one that has this key. It is there as a whole or not at all, and the same bytes can be
 * written again. When the answer is lost, the object is looked for.
 * @throws ApiError when the bucket does not hold these bytes afterwards
 */
export async function putObject(bucket: Bucket, key: string, content: Buffer): Promise<void> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const headers = {
    'content-type': 'application/octet-stream',
    // Signed, so that the service refuses other bytes than these.
    'x-amz-content-sha256': sha256,
    [digestHeader]: sha256,
  };
  try {
    await bucket.request({ method: 'PUT', key, headers, body: content });
  } catch (error) {
    if (!(error instanceof ApiError && error.retryable)) throw error;
    const held = await headObject(bucket, key);
    if (held?.sha256 !== sha256 || held.bytes !== content.length) throw error;
  }
}
