import { z } from 'zod';
import { parseAnswer } from './answer-xml.js';

/** Why S3 refused a request. `repeatable` is only said where its code says more than the status. */
export type Refusal = { code?: string; words: string; repeatable?: true; requestId?: string };

const ErrorAnswer = z.object({
  Error: z.object({ Code: z.string(), Message: z.string().optional(), RequestId: z.string().optional() }),
});

/** Those of them that come with a status of their own kind would else be taken for final. */
const repeatable = new Set([
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
]);

const remedies: Readonly<Record<string, string>> = {
  AccessDenied:
    'Let this access key list the bucket and read, write and delete its objects, if the bucket is the right one',
  AuthorizationHeaderMalformed: "Name the service's own region",
  InvalidAccessKeyId: 'Name an access key that the service has',
  NoSuchBucket: 'Make the bucket, or name one that is there',
  RequestTimeTooSkewed:
    "The worker's clock and the service's differ by more than is allowed: set both by NTP, then try again",
  SignatureDoesNotMatch: 'The secret key is not the one of this access key',
};

const longestWords = 300;

/**
 * Reads the body of a refusal. Of S3's XML only code, message and the request's id are taken: it may also hold the
 * signature and what was signed.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export function refusalOf(body: unknown): Refusal {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const read = ErrorAnswer.safeParse(parseAnswer(text));
  if (!read.success) return { words: onOneLine(text) || 'no reason given' };
  const { Code: code, Message: message = '', RequestId: requestId } = read.data.Error;
  const said = onOneLine(`${code} ${message}`);
  const remedy = remedies[code];
  return {
    code,
    words: remedy === undefined ? said : `${said.replace(/\.$/, '')}. ${remedy}`,
    ...(repeatable.has(code) && { repeatable: true }),
    ...(requestId !== undefined && { requestId }),
  };
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, longestWords);
}
