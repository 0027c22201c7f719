import { describe, expect, test } from 'vitest';
import { expectSuccess, publicKey, type Datacentre } from '../datacentre.js';
import { logIn, operatorKey } from '../log-in.js';

/** People come and go, and Socle's own key is changed. */
export function keyChanges(given: () => Datacentre, machines: readonly string[]): void {
  describe('a key that the site file no longer names', () => {
    test('is withdrawn and the new one lets in; nothing else is changed', async () => {
      const before = await operatorKey(given(), 1);
      given().edit(
        [['administrators', 0, 'keys'], [publicKey(given().keys.second)]],
        [['secrets', 'versions'], { operatorKey: 2 }],
      );
      const planned = await given().run('check', given().site, machines);
      expect(planned.changes.map(withoutText).sort()).toEqual(
        machines
          .flatMap((machine) => ['admin-1', 'socle'].map((user) => `base ${machine}: keys of ${user}`))
          .sort(),
      );
      const made = await given().run('apply', given().site, machines);
      expectSuccess(made);
      expect(made.changes.sort()).toEqual(planned.changes.sort());
      const now = await operatorKey(given(), 2);
      for (const [user, key, withdrawn] of [
        ['admin-1', given().keys.second, given().keys.first],
        ['socle', now, before],
      ] as const) {
        expect(await logIn(given(), 'dmz-node-1', { user, key })).toMatchObject({
          code: 0,
          stdout: `${user}\n`,
        });
        expect((await logIn(given(), 'dmz-node-1', { user, key: withdrawn })).stderr).toContain(
          'Permission denied (publickey)',
        );
      }
      expect((await given().run('check', given().site, machines)).changes).toEqual([]);
    });

    test('goes with its owner: the account is locked, the new one is made', async () => {
      given().edit([['administrators'], [{ name: 'admin-2', keys: [publicKey(given().keys.first)] }]]);
      const [machine] = machines as [string];
      expectSuccess(await given().run('apply', given().site, machines));
      const newcomer = { user: 'admin-2', key: given().keys.first };
      expect(await logIn(given(), machine, newcomer)).toMatchObject({ code: 0, stdout: 'admin-2\n' });
      const leaver = { user: 'admin-1', key: given().keys.second };
      expect((await logIn(given(), machine, leaver)).stderr).toContain('Permission denied (publickey)');
    });
  });
}

function withoutText(change: string): string {
  return change.replace(/(keys of [\w-]+).*/, '$1');
}
