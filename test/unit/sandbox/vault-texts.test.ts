import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { serverConfiguration } from '../../../activities/roles/3-base-infrastructure/vault/server-configuration.js';
import { parseHcl } from '../../../sandbox/machine/programs/vault/hcl.js';
import { combine, split } from '../../../sandbox/machine/programs/vault/shamir.js';

describe('HCL as the simulated Vault reads it', () => {
  test('attributes, blocks with labels, lists and comments', () => {
    const text = `# one
a = "x" // two
/* three
*/
path "p/*" { capabilities = ["read", "list",] }
n = -4
`;
    expect(parseHcl(text)).toEqual({
      attributes: { a: 'x', n: -4 },
      blocks: [
        {
          type: 'path',
          labels: ['p/*'],
          body: { attributes: { capabilities: ['read', 'list'] }, blocks: [] },
        },
      ],
    });
  });

  test('whatever stands in a setting comes back as it was', () => {
    fc.assert(
      fc.property(fc.string(), (storage) => {
        const text = serverConfiguration({
          nodeId: 'vault-1',
          address: '127.0.0.1',
          apiPort: 8200,
          clusterPort: 8201,
          others: ['https://127.0.0.2:8200'],
          storage: `\${${storage}`,
          certificateFile: '/c',
          keyFile: '/k',
          authorityFile: '/a',
        });
        const found = parseHcl(text).blocks.find(({ type }) => type === 'storage');
        expect(found?.body.attributes['path']).toBe(`\${${storage}`);
      }),
    );
  });

  test.each([
    ['a = ', /At 1: expected a value/],
    ['a "b" {', /At 1: expected \}/],
    ['x\n= @', /At 2: illegal character/],
    ['a = "\nb"', /illegal character or string not terminated/],
    ['a = 1\na = 2', /a was set more than once/],
    ['a = "${b}"', /template is not simulated/],
  ])('refuses %j', (text, words) => {
    expect(() => parseHcl(text)).toThrow(words);
  });
});

describe('shares', () => {
  test('as many as are needed open, in any order, and fewer do not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 0, max: 4 }),
        fc.nat(),
        (bytes, threshold, more, seed) => {
          const secret = Buffer.from(bytes);
          const shares = split(secret, threshold + more, threshold);
          const from = seed % shares.length;
          const some = [...shares.slice(from), ...shares.slice(0, from)].slice(0, threshold);
          expect(combine(some).equals(secret)).toBe(true);
          expect(combine(some.slice(1)).equals(secret)).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });
});
