import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { computeInventory } from '../../../config/inventory.js';
import { loadSite } from '../../../config/load.js';
import { machineNamespace, namespace, within } from '../../../laboratory/names.js';
import { expectSuccess, type Datacentre } from '../datacentre.js';
import { firstProcess } from '../inside-machine.js';
import { peer, program, until } from '../laboratory.js';
import { asRoot } from '../log-in.js';

const [first, second, node] = ['lb-dmz-1', 'lb-dmz-2', 'dmz-node-1'] as const;
const pair = [first, second];
/** A pair, and somebody else in its network. */
export const balancedMachines = [...pair, node];
const role = 'install-load-balancer';

/** What is asked of a pair that advertises every second, as it does unless the site file says otherwise. */
const movesWithinMs = 5_000;

/** A pair with both kinds of address, from the first attempt to its removal. */
export function loadBalancers(given: () => Datacentre, machines: readonly string[]): void {
  describe('a pair of load balancers', () => {
    let addresses: Record<string, string> = {};
    beforeAll(async () => {
      const { virtualAddresses } = computeInventory(await loadSite(given().site));
      addresses = Object.fromEntries(virtualAddresses.map(({ name, address }) => [name, address]));
    });

    const deploy = () => given().run('apply', given().site, machines, ['provisioning', 'preparation', role]);

    async function held(machine: string): Promise<string[]> {
      const shown = await asRoot(given(), machine, 'ip -4 -o addr show\n');
      return ['dmz-vip', 'dmz-int-vip'].filter((name) => shown.includes(` ${addresses[name]}/32 `));
    }

    const allAt = (machine: string, withinMs: number): Promise<void> =>
      until(async () => (await held(machine).catch(() => [])).length === 2, withinMs);

    /** What a connection from where the orchestrator is, or from a machine, comes to: `connect`, or the error's code. */
    async function connecting(name: string, port: number, from = namespace): Promise<string> {
      const script = `const socket = require('node:net').connect(${port}, '${addresses[name]}').setTimeout(3000);
for (const event of ['connect', 'timeout', 'error']) socket.on(event, (error) => { console.log(error?.code ?? event); process.exit(); });`;
      const { stdout } = await program([...within(from), process.execPath, '-e', script]);
      return stdout.trim();
    }

    /** The longest time without an answer on the internal address while something was done, and until it answers again. */
    async function outageMs(done: () => Promise<void>): Promise<number> {
      const [command, ...words] = within(namespace) as [string, ...string[]];
      const poller = spawn(
        command,
        [...words, process.execPath, peer, 'poll', addresses['dmz-int-vip']!, '6443'],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      try {
        const answered: number[] = [];
        createInterface({ input: poller.stdout }).on('line', (line) => answered.push(Number(line)));
        await until(() => answered.length > 5, 10_000);
        await done();
        const doneAt = Date.now();
        await until(() => answered.filter((at) => at > doneAt).length > 5, 20_000);
        return Math.max(...answered.slice(1).map((at, index) => at - answered[index]!));
      } finally {
        poller.kill();
      }
    }

    test('an address that somebody else in the network has is not taken: the run says who has it', async () => {
      await asRoot(given(), node, `ip addr add ${addresses['dmz-vip']}/32 dev eth0\n`);
      const outcome = await deploy();
      expect(outcome.code).not.toBe(0);
      expect(outcome.failure).toMatch(
        new RegExp(
          `dmz-vip ${addresses['dmz-vip']} is taken: [0-9a-f:]{17} answers for it.*zones\\.dmz\\.virtualAddresses\\.dmz-vip`,
        ),
      );
      for (const machine of pair) {
        expect(await held(machine)).toEqual([]);
        expect(await asRoot(given(), machine, 'systemctl is-active keepalived || :\n')).toBe('inactive\n');
      }
      await asRoot(given(), node, `ip addr del ${addresses['dmz-vip']}/32 dev eth0\n`);
    });

    test('the pair is installed, holds both addresses on its first machine, and a second run finds nothing to do', async () => {
      const made = await deploy();
      expectSuccess(made);
      expect(made.changes.length).toBeGreaterThan(8);
      expect(await held(first)).toEqual(['dmz-vip', 'dmz-int-vip']);
      expect(await held(second)).toEqual([]);
      const again = await deploy();
      expectSuccess(again);
      expect(again.changes).toEqual([]);
    });

    test('administration is served on the internal address and refused on the public one', async () => {
      expect(await connecting('dmz-int-vip', 6443)).toBe('connect');
      expect(await connecting('dmz-vip', 6443)).toBe('ECONNREFUSED');
      for (const port of [6443, 9345])
        expect(await connecting('dmz-vip', port, machineNamespace(node))).toBe('ECONNREFUSED');
      expect(await connecting('dmz-int-vip', 9345, machineNamespace(node))).toBe('connect');
    });

    const deaths: Record<string, { dies: string; comesBack: string }> = {
      HAProxy: {
        dies: 'systemctl mask --runtime --quiet haproxy\nsystemctl kill --signal=KILL haproxy\n',
        comesBack: 'systemctl unmask --runtime --quiet haproxy\nsystemctl restart haproxy\n',
      },
      keepalived: {
        dies: 'systemctl mask --runtime --quiet keepalived\nsystemctl kill --signal=KILL keepalived\n',
        comesBack: 'systemctl unmask --runtime --quiet keepalived\nsystemctl restart keepalived\n',
      },
    };

    test.each(Object.keys(deaths))('the addresses move when %s dies, and come back with it', async (name) => {
      const { dies, comesBack } = deaths[name]!;
      const outage = await outageMs(async () => {
        await asRoot(given(), first, dies);
        await allAt(second, 10_000);
      });
      expect(outage).toBeLessThan(movesWithinMs);
      await asRoot(given(), first, comesBack);
      await allAt(first, 15_000);
      expect(await held(second)).toEqual([]);
    });

    test('the addresses move when the machine loses its power; a deployment brings it back, and them', async () => {
      const process1 = await firstProcess(first);
      const outage = await outageMs(async () => {
        process.kill(process1!, 'SIGKILL');
        await allAt(second, 10_000);
      });
      expect(outage).toBeLessThan(movesWithinMs);
      const outcome = await deploy();
      expectSuccess(outcome);
      expect(outcome.changes.map((change) => change.slice(change.indexOf(' ') + 1))).toEqual([
        `${first}: power on`,
      ]);
      await allAt(first, 15_000);
    });

    test('what somebody changed by hand is put right without a lost connection', async () => {
      await asRoot(
        given(),
        first,
        "sed -i 's/maxconn .*/maxconn 50/' /etc/haproxy/haproxy.cfg\nsystemctl reload haproxy\nrm /etc/keepalived/keepalived.conf\n",
      );
      let changes: string[] = [];
      const outage = await outageMs(async () => {
        const outcome = await deploy();
        expectSuccess(outcome);
        changes = outcome.changes;
      });
      expect(changes.join('\n')).toMatch(/haproxy\.cfg[^]*keepalived\.conf/);
      expect(outage).toBeLessThan(1_000);
    });

    test('removal takes the programs and their files away, and nobody holds the addresses', async () => {
      expectSuccess(await given().run('remove', given().site, machines, [role]));
      for (const machine of pair) {
        expect(await held(machine)).toEqual([]);
        const left = await asRoot(
          given(),
          machine,
          'ls -d /etc/haproxy /etc/keepalived /etc/socle/tls/* /etc/systemd/system/socle-certificate-* /etc/systemd/system/keepalived.service.d/* 2>/dev/null || :\nss -H -lnt | grep -E ":(80|443|6443|8404|9345) " || :\ncommand -v haproxy keepalived || :\n',
        );
        expect(left).toBe('');
      }
    });
  });
}
