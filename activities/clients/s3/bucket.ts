import { ApiError } from '../../errors.js';
import { httpClient, type HttpAnswer } from '../http/http-client.js';
import { objectPath } from './object-path.js';
import { refusalOf, type Refusal } from './refusal.js';
import { requestSigner } from './request-signer.js';

/** Where an S3 service answers, which bucket is meant and who asks. */
export type BucketSettings = {
  /** Base address; the bucket follows in the path, which every compatible service understands. */
  url: string;
  bucket: string;
  /** `us-east-1` when absent, as services take it that have no regions. */
  region?: string;
  accessKey: string;
  secretKey: string;
  /** PEM of the only authorities that its certificate is checked against; the computer's own when absent. */
  ca?: string;
  signal?: AbortSignal;
  /** The clock that requests are signed by; the computer's when absent. */
  now?: () => Date;
};

export type BucketRequest = {
  method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** The bucket itself when absent. */
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer;
};

export type Bucket = {
  name: string;
  /**
   * The answer's status is 404 when the bucket has no such object.
   * @throws ApiError with S3's code and message, never with a key or a signature; also when there is no such bucket
   */
  request: (request: BucketRequest) => Promise<HttpAnswer<Buffer>>;
};

/** Until the answer to an upload begins, all of it included: 256 MiB at 4 Mbit/s. */
const uploadMs = 600_000;

/**
 * One bucket, asked with Signature Version 4. Redirects are not followed: the address must be the service's own.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
export function bucketAt(settings: BucketSettings): Bucket {
  const { url, bucket, ca, signal, accessKey, secretKey } = settings;
  const { origin, host, pathname } = new URL(url);
  const path = `${pathname.replace(/\/+$/, '')}/${bucket}`;
  const sign = requestSigner({ ...settings, host });
  const http = { system: 'S3', url: origin, ...(ca === undefined ? {} : { ca }) };
  const [short, long] = [httpClient(http), httpClient({ ...http, timeoutMs: uploadMs })];
  const clear = (text: string): string =>
    [secretKey, accessKey].reduce((cleared, secret) => cleared.replaceAll(secret, '***'), text);

  const request = async (wanted: BucketRequest): Promise<HttpAnswer<Buffer>> => {
    const { method, key, query = {}, headers = {}, body } = wanted;
    const parts = { method, path: key === undefined ? path : `${path}/${objectPath(key)}`, query };
    const signed = await sign({ ...parts, headers, ...(body && { body }) });
    const refused = (status: number, { words, repeatable, requestId }: Refusal, passing: boolean): ApiError =>
      new ApiError('S3', method, parts.path, status, clear(words), repeatable ?? passing, requestId);
    let refusal: Refusal | undefined;
    const asked = (body ? long : short).request<Buffer>({
      ...parts,
      // Not signed: what stands between may change it.
      headers: { ...signed, 'accept-encoding': 'identity' },
      ...(body && { body }),
      accept: [200, 204, 404],
      read: 'bytes',
      explain: (said) => (refusal = refusalOf(said)).words,
      ...(signal && { signal }),
    });
    const answer = await asked.catch((error: unknown) => {
      if (!(error instanceof ApiError) || refusal === undefined) throw error;
      throw refused(error.status, refusal, error.retryable);
    });
    if (answer.status !== 404 || method === 'HEAD') return answer;
    const missing = refusalOf(answer.body.toString());
    if (missing.code !== 'NoSuchKey') throw refused(404, missing, false);
    return answer;
  };
  return { name: bucket, request };
}
