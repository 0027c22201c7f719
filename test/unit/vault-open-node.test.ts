import { expect, test } from 'vitest';
import type { Vault } from '../../activities/clients/vault/vault.js';
import { openNode } from '../../activities/roles/3-base-infrastructure/vault/open-node.js';

/** A node that opens by itself after it was asked so often how it is; it remembers what it was given. */
function joiningNode(opensAfter: number, progress = 0): { vault: Vault; given: unknown[] } {
  const given: unknown[] = [];
  let asked = 0;
  const status = () => ({
    type: 'shamir',
    initialized: true,
    sealed: asked < opensAfter,
    t: 1,
    n: 1,
    progress: given.length > 0 ? progress : 0,
    version: '1.21.1',
  });
  const vault: Vault = {
    url: 'https://vault-2:8200',
    as: () => vault,
    request: async ({ path, body, answer }) => {
      if (path === 'sys/unseal') given.push(body);
      else asked += 1;
      return { status: 200, headers: {}, body: answer!.parse(status()) };
    },
  };
  return { vault, given };
}

test('a node that joins is given its shares once, however long it takes to open', async () => {
  const { vault, given } = joiningNode(5);
  expect(await openNode(vault, ['a-share'])).toBe(true);
  expect(given).toEqual([{ key: 'a-share' }]);
});

test('a node that wants more shares than there are is not waited for', async () => {
  const { vault } = joiningNode(Infinity, 1);
  await expect(openNode(vault, ['a-share'])).rejects.toThrow('1 of 1 shares given');
});
