import { expect, test } from 'vitest';
import { refusalOf } from '../../../activities/clients/s3/refusal.js';

const answer = (code: string, more = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Said &#34;so&#34; &amp; more.</Message>` +
  `${more}<RequestId>4442587FB7D0A2F9</RequestId></Error>`;

test.each(['SlowDown', 'InternalError', 'ServiceUnavailable', 'RequestTimeout', 'OperationAborted'])(
  '%s is worth a repeat, whatever its status',
  (code) => {
    expect(refusalOf(answer(code))).toEqual({
      code,
      words: `${code} Said "so" & more.`,
      repeatable: true,
      requestId: '4442587FB7D0A2F9',
    });
  },
);

test.each(['NoSuchBucket', 'AccessDenied', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed'])(
  '%s says what to do',
  (code) => {
    const refusal = refusalOf(answer(code));
    expect(refusal.repeatable).toBeUndefined();
    expect(refusal.words).toMatch(new RegExp(`^${code} Said "so" & more\\. [A-Z]`));
  },
);

test('of what was signed nothing is shown', () => {
  const signed = '<StringToSign>AWS4-HMAC-SHA256</StringToSign><SignatureProvided>0abc</SignatureProvided>';
  const { words } = refusalOf(answer('SignatureDoesNotMatch', signed));
  expect(words).not.toMatch(/AWS4|0abc/);
});

test.each([
  ['<html><body>Bad\ngateway<br></body>', '<html><body>Bad gateway<br></body>'],
  ['', 'no reason given'],
  [{ error: 'no' }, '{"error":"no"}'],
])('what is not of S3 (%j) is shown as it is, on one line', (body, words) => {
  expect(refusalOf(body)).toEqual({ words });
});
