import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { machineNamespace, within } from '../../../laboratory/names.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { asRoot, clientOf, operatorKey } from '../log-in.js';
import { connectionTo, talkTo, type Talk } from '../talk.js';

const name = 'vault-1';

/** What a CNI or a person might have put there; its counter has counted. */
const foreignTable = `nft -f - <<'END'
table inet foreign {
  counter kept { packets 7 bytes 700 }
  chain input {
    type filter hook input priority 10; policy accept;
    ip saddr 192.0.2.9 counter packets 9 bytes 900 accept
    ip saddr 192.0.2.9 counter name "kept"
  }
}
END
`;

/** Answers line by line on a port that vault-2 may reach. */
const echo = `systemd-run --quiet --collect --unit=echo python3 -c '
import socket
server = socket.create_server(("", 8200))
peer, _ = server.accept()
while data := peer.recv(64): peer.sendall(data)'
until ss -H -lnt | grep -q ':8200 '; do sleep 0.1; done
`;

/** What a new set of rules leaves alone. */
export function firewallReload(given: () => Datacentre, machines: readonly string[]): void {
  describe('new rules of the firewall', () => {
    const talks: Talk[] = [];
    let [foreign, rules] = ['', ''];
    const foreignNow = (): Promise<string> => asRoot(given(), name, 'nft list table inet foreign\n');
    const rulesNow = (): Promise<string> => asRoot(given(), name, 'nft -s list table inet socle\n');

    beforeAll(async () => {
      await asRoot(given(), name, foreignTable + echo);
      [foreign, rules] = [await foreignNow(), await rulesNow()];
      const { words, environment } = await clientOf(given(), name, {
        user: 'socle',
        key: await operatorKey(given()),
      });
      talks.push(
        talkTo([...words, 'cat'], environment),
        talkTo([...within(machineNamespace('vault-2')), ...connectionTo('10.61.0.10', 8200)]),
      );
      await answers();
    });
    afterAll(async () => {
      for (const talk of talks) await talk.end();
      await asRoot(given(), name, 'nft delete table inet foreign\nsystemctl stop echo 2>/dev/null || :\n');
    });

    const answers = async (): Promise<void> => {
      expect(foreign).toContain('packets 7 bytes 700');
      expect(await foreignNow()).toBe(foreign);
      for (const talk of talks) expect(await talk.ask('are you there')).toBe('are you there');
    };

    test('that come with a restart of its unit leave tables of others and open connections as they are', async () => {
      await asRoot(given(), name, 'nft flush chain inet socle input\nsystemctl restart socle-firewall\n');
      expect(await rulesNow()).toBe(rules);
      await answers();
    });

    test('that come with a changed site file do so too, and are the only change', async () => {
      given().edit([['management'], ['10.60.0.0/29', '10.60.1.0/24']]);
      const planned = await given().run('check', given().site, machines);
      const changes = machines.map((machine) => expect.stringMatching(`${machine}: firewall`) as string);
      expect(planned.changes).toHaveLength(machines.length);
      expect(planned.changes).toEqual(expect.arrayContaining(changes));
      const made = await given().run('apply', given().site, machines);
      expectSuccess(made);
      expect(made.changes.sort()).toEqual(planned.changes.sort());
      expect(await rulesNow()).toContain('10.60.1.0/24');
      await answers();
    });
  });
}
