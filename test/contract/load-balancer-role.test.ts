import { connect } from 'node:net';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import type { Role, Step, StepContext } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { installLoadBalancer } from '../../activities/roles/3-base-infrastructure/install-load-balancer.js';
import { killUnit } from '../../sandbox/machine/programs/supervise.js';
import { startUnit } from '../../sandbox/machine/units.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const pair = ['lb-dmz-1', 'lb-dmz-2'] as const;
const [first, second] = pair;
const role = installLoadBalancer as unknown as Role;

/** What the role makes of two simulated machines, and what these do then. */
describe('install-load-balancer in the sandbox', () => {
  let under: MachinesUnderTest;
  const addressOf = (name: string): string =>
    under.plan.virtualAddresses.find((virtual) => virtual.name === name)!.address;
  const machine = (name: string) => under.machines.powered().find((one) => one.name === name)!;
  const contextOf = (name: string): StepContext => under.context(role, name);
  const stepOf = (id: string): Step => [...role.steps, ...role.remove].find((step) => step.id === id)!;

  beforeAll(async () => {
    under = await MachinesUnderTest.boot([...pair, 'dmz-node-1']);
    const prepare = prepareVms as unknown as Role;
    for (const step of prepare.steps.filter(({ on }) => on === 'each'))
      await Promise.all(
        under.plan.machines.map(async ({ name }) => step.apply(under.context(prepare, name))),
      );
  }, 120_000);
  afterAll(async () => {
    closeHosts();
    await under.close();
  });

  const converge = async (): Promise<string[]> => {
    const changed: string[] = [];
    for (const step of role.steps) {
      const order = (await step.order?.(contextOf(first))) ?? pair;
      for (const name of order) {
        const before = await step.check(contextOf(name));
        if (before.state !== 'done') {
          await step.apply(contextOf(name));
          changed.push(`${step.id} ${name}`);
        }
        expect(await step.check(contextOf(name)), `${step.id} ${name}`).toEqual({ state: 'done' });
      }
    }
    return changed;
  };
  /** Who answers for both addresses: a keepalived that was killed leaves them on its card all the same. */
  const held = (): (string | undefined)[] => {
    const { network } = under.machines.powered()[0]!.surroundings;
    return [...new Set(['dmz-vip', 'dmz-int-vip'].map((name) => network.holderOf(addressOf(name))?.name))];
  };
  const heldBy = (name: string): Promise<void> =>
    expect.poll(held, { timeout: 10_000, interval: 50 }).toEqual([name]);

  const connecting = (virtual: string, port: number): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, addressOf(virtual));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
      socket.on('connect', () => {
        socket.destroy();
        resolve('connect');
      });
    });

  test('a virtual address that somebody else has is found before anything is installed', async () => {
    const free = role.preflight.find((check) => check.name === 'virtual-addresses');
    expect(await free!.check(contextOf(first))).toEqual([]);
    const other = machine('dmz-node-1');
    const { network } = other.surroundings;
    network.announce(other, addressOf('dmz-vip'));
    const findings = await free!.check(contextOf(first));
    expect(findings).toEqual([
      expect.stringMatching(
        /^dmz-vip 127\.[\d.]+ is taken: 00:50:56:[0-9a-f:]+ answers for it\..*zones\.dmz\.virtualAddresses\.dmz-vip$/,
      ),
    ]);
    network.withdraw(other, addressOf('dmz-vip'));
    expect(await free!.check(contextOf(first))).toEqual([]);
  });

  test('each step does its work once, the spare machine first, and a second pass finds nothing to do', async () => {
    const changed = await converge();
    expect(changed.slice(-2)).toEqual([`configuration ${second}`, `configuration ${first}`]);
    for (const name of pair) expect(await role.verify(contextOf(name)), name).toEqual({ state: 'done' });
    const [look] = role.operations['certificates']!.steps;
    for (const name of pair)
      expect(await look!.check(contextOf(name))).toMatchObject({
        state: 'done',
        result: { place: `/etc/socle/tls/${name}.pem`, problems: [], renewal: { timer: 'active' } },
      });
    await heldBy(first);
    const effects = under.journal.entries().length;
    expect(await converge()).toEqual([]);
    expect(under.journal.entries().slice(effects)).toEqual([]);
  });

  test('administration is served on the internal address and refused on the public one', async () => {
    expect(await connecting('dmz-int-vip', 6443)).toBe('connect');
    for (const port of [6443, 9345]) expect(await connecting('dmz-vip', port)).toBe('ECONNREFUSED');
  });

  test('the statistics are for who has the password', async () => {
    const ask = (authorization: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const { address } = under.plan.machines.find(({ name }) => name === first)!;
        request(
          {
            host: address,
            port: 8404,
            path: '/metrics',
            rejectUnauthorized: false,
            headers: { authorization },
          },
          ({ statusCode }) => resolve(statusCode ?? 0),
        )
          .on('error', reject)
          .end();
      });
    const password = under.secrets.statisticsPassword();
    expect(await ask('Basic b3RoZXI=')).toBe(401);
    expect(await ask(`Basic ${Buffer.from(`socle:${password}`).toString('base64')}`)).toBe(200);
  });

  test.each(['haproxy.service', 'keepalived.service'])(
    'the addresses move when %s is killed, and come back with it',
    async (unit) => {
      await killUnit(machine(first), unit);
      await heldBy(second);
      expect(await connecting('dmz-int-vip', 6443)).toBe('connect');
      expect((await role.verify(contextOf(first))).state).toBe('todo');
      await startUnit(machine(first), unit);
      await heldBy(first);
    },
  );

  test('the addresses move when the machine loses its power, and the sandbox remembers who had them', async () => {
    await under.machines.powerOff(machine(first).hardware.instanceUuid);
    await heldBy(second);
    await under.restart();
    await heldBy(second);
    await under.machines.powerOn(await under.hardware(first));
    await under.answers(first);
    await heldBy(first);
  });

  test('a text that HAProxy would refuse is not put in place, and what ran goes on', async () => {
    const file = '/etc/haproxy/haproxy.cfg';
    const text = (await machine(first).files.text(file))!;
    await machine(first).files.writeFile(file, `${text}\nfrontend wrong\n    bind nowhere\n`);
    await expect(machine(first).programs.get('haproxy.service')!.reload()).rejects.toThrow(
      /parsing \[\/etc\/haproxy\/haproxy\.cfg:\d+\] : 'bind' : missing port specification in 'nowhere'/,
    );
    expect(await connecting('dmz-int-vip', 6443)).toBe('connect');
    expect(await converge()).toEqual([`configuration ${first}`]);
  });

  test('the proof of a failover takes the addresses away and gives them back', async () => {
    const step = role.operations['failover']!.steps[0]!;
    expect((await step.check(contextOf(first))).state).toBe('todo');
    const changes = await step.apply(contextOf(first));
    expect(changes).toEqual([expect.stringMatching(/^lb-dmz-1: to lb-dmz-2 in [\d.]+ s, back in [\d.]+ s$/)]);
    expect(await step.apply(contextOf(second))).toEqual(['lb-dmz-2: holds none']);
    expect(await step.check(contextOf(first))).toEqual({ state: 'done' });
  });

  test('removal gives the addresses up and leaves nothing', async () => {
    const undo = stepOf('undo');
    for (const name of pair) {
      await undo.apply(contextOf(name));
      expect(await undo.check(contextOf(name))).toEqual({ state: 'done' });
      expect(machine(name).heldAddresses.size).toBe(0);
      expect(machine(name).packages.has('haproxy')).toBe(false);
      expect(
        machine(name)
          .listeners()
          .map(({ port }) => port),
      ).not.toContain(6443);
    }
  });
});
