import { expect, test } from 'vitest';
import { objectPath } from '../../../activities/clients/s3/object-path.js';
import { requestSigner } from '../../../activities/clients/s3/request-signer.js';

/** The keys and the moment of Amazon's own examples. */
const example = {
  host: 'examplebucket.s3.amazonaws.com',
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  now: () => new Date('2013-05-24T00:00:00Z'),
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html for the examples */
test.each([
  [
    { method: 'GET', path: '/test.txt', query: {}, headers: { range: 'bytes=0-9' } },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ],
  [
    { method: 'GET', path: '/', query: { lifecycle: '' }, headers: {} },
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ],
  [
    { method: 'GET', path: '/', query: { 'max-keys': '2', prefix: 'J' }, headers: {} },
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ],
])('%o is signed as Amazon signs it', async (request, signature) => {
  const headers = await requestSigner(example)(request);
  expect(headers['authorization']).toContain(`Signature=${signature}`);
  expect(headers).not.toHaveProperty('host');
});

test.each(['', '/a', 'a/', 'a//b', 'a/../b', '.', 'a'.repeat(1025)])('%j is no key', (key) => {
  expect(() => objectPath(key)).toThrow('is no key of an object');
});
