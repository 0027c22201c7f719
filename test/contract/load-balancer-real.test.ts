import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  haproxyConfiguration,
  statisticsLogin,
} from '../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import { LoadBalancerInputs } from '../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
import {
  checkScript,
  keepalivedConfiguration,
} from '../../activities/roles/3-base-infrastructure/load-balancer/keepalived.js';
import { paths } from '../../activities/roles/3-base-infrastructure/load-balancer/paths.js';
import { certificatePath } from '../../activities/certificates/server-certificate.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { canTestWith } from '../../tools/test-programs.js';
import { machineCertificate } from '../unit/load-balancer/certificate.js';
import {
  askOnce,
  ended,
  endAll,
  holds,
  inside,
  makeMachine,
  makeSwitch,
  nextLine,
  processesIn,
  replaceFile,
  startInside,
  startPeer,
  type Place,
} from './load-balancer-namespaces.js';

const possible = (['haproxy', 'keepalived', 'namespaces', 'curl'] as const).every(canTestWith);
const [manager, stranger] = ['10.140.1.1', '10.140.1.2'];
const folder = mkdtempSync(join(tmpdir(), 'socle-balancers-'));

/** The example on addresses that may stand on a card; who manages is one of the clients. */
async function realSite() {
  const file = join(folder, 'site.yaml');
  const text = readFileSync('examples/site-100.yaml', 'utf8');
  writeFileSync(
    file,
    text.replace('[127.0.0.1/32]', `[${manager}/32]`).replace(/\b127\.([1-4]0)\.0\./g, '10.1$1.0.'),
  );
  const site = await loadSite(file);
  return { site, inventory: computeInventory(site) };
}

/** lb-dmz as the role makes it: two machines, a switch with clients and the nodes of the DMZ. */
async function makePair(inputs: LoadBalancerInputs) {
  const { site, inventory } = await realSite();
  const of = (group: string) => inventory.machines.filter((machine) => machine.group === group);
  const addressOf = (name: string): string =>
    inventory.virtualAddresses.find((virtual) => virtual.name === name)!.address;
  const nodes = of('dmz-node').map(({ address }) => address);
  const network = await makeSwitch([manager, stranger, ...nodes]);
  const certificate = join(folder, 'node.pem');
  writeFileSync(certificate, await machineCertificate('node', nodes[0]!));
  const servers = startPeer(network, { do: 'serve', addresses: nodes, certificate });
  await nextLine(servers.lines);
  const places: Place[] = [];
  for (const machine of of('lb-dmz')) {
    const files = {
      [paths.haproxy]: haproxyConfiguration(site, inventory, machine, inputs).text,
      [paths.statisticsLogin]: statisticsLogin('a-password'),
      [paths.keepalived]: keepalivedConfiguration(site, inventory, machine, inputs),
      [paths.checkScript]: checkScript,
      [certificatePath(machine.name)]: await machineCertificate(machine.name, machine.address),
    };
    places.push(await makeMachine(machine.name, machine.address, files, folder, network));
  }
  const [one, two] = places as [Place, Place];
  const pair = {
    one,
    two,
    network,
    site,
    inventory,
    public: addressOf('dmz-vip'),
    internal: addressOf('dmz-int-vip'),
    ask: (address: string, port: number, from = manager) => askOnce(network, { address, port, from }),
    startHaproxy: (place: Place): void => {
      startInside(place, '/usr/sbin/haproxy', '-Ws', '-f', paths.haproxy, '-S', '/run/haproxy-master.sock');
    },
    /** As systemd does for one that gives up: what is left of a killed one may pass for alive for a moment. */
    startKeepalived: (place: Place): void => {
      const start = `while :; do
  from=$(date +%s)
  /usr/sbin/keepalived --dont-fork --log-console
  if [ $? -gt 128 ] || [ $(($(date +%s) - from)) -gt 1 ]; then exit; fi
  sleep 0.1
done`;
      startInside(place, 'sh', '-c', start);
    },
    /** haproxy.service reloads by USR2 to the master. */
    reload: (place: Place): void => void process.kill(processesIn(place, 'haproxy')[0]!, 'SIGUSR2'),
    /** The longest time without an answer while something was done. */
    outageMs: async (done: () => Promise<void>): Promise<number> => {
      const poller = startPeer(network, { do: 'poll', address: pair.public, port: 443, from: manager });
      const answered: number[] = [];
      const until = async (enough: () => boolean): Promise<void> => {
        while (!enough()) {
          const { at, answer } = await nextLine<{ at: number; answer?: string }>(poller.lines);
          if (answer !== undefined) answered.push(at);
        }
      };
      await until(() => answered.length >= 5);
      const from = answered.at(-1)!;
      await done();
      const doneAt = Date.now();
      await until(() => answered.filter((at) => at > doneAt).length >= 5);
      poller.process.kill();
      const times = answered.filter((at) => at >= from).sort((a, b) => a - b);
      return Math.max(...times.slice(1).map((at, index) => at - times[index]!));
    },
    close: (): void => {
      servers.process.kill();
      for (const place of [one, two])
        for (const program of ['keepalived', 'haproxy']) endAll(place, program, 'SIGKILL');
      for (const place of [one, two, network]) place.holder.kill('SIGKILL');
    },
  };
  for (const place of [two, one]) {
    pair.startHaproxy(place);
    pair.startKeepalived(place);
  }
  return pair;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(possible).each([
  { advertisementSeconds: 1, movesWithinMs: 5_000 },
  { advertisementSeconds: 0.3, movesWithinMs: 3_000 },
])('a real pair that advertises every $advertisementSeconds s', ({ advertisementSeconds, movesWithinMs }) => {
  let pair: Awaited<ReturnType<typeof makePair>>;
  const backAt = async (place: Place): Promise<void> => {
    await holds(place, pair.public, true, 15_000);
    await holds(place === pair.one ? pair.two : pair.one, pair.public, false, 15_000);
  };
  beforeAll(async () => {
    const inputs = LoadBalancerInputs.parse({
      advertisementSeconds,
      publicLimits: { connectionsPerSource: 2_000, newPerSecondPerSource: null },
    });
    pair = await makePair(inputs);
    await backAt(pair.one);
  });
  afterAll(() => pair.close());

  test('the public address answers with a node that knows the client', async () => {
    const { answer } = await pair.ask(pair.public, 443, stranger);
    expect(JSON.parse(answer ?? '{}')).toMatchObject({ client: stranger });
  });

  test('6443 and 9345 are refused on the public address, and taken on the internal one from who may', async () => {
    for (const port of [6443, 9345])
      expect(await pair.ask(pair.public, port)).toEqual({ error: 'ECONNREFUSED' });
    expect((await pair.ask(pair.internal, 6443)).answer).toBe('HTTP/1.1 200 OK');
    expect((await pair.ask(pair.internal, 6443, stranger)).error).toMatch(/ECONNRESET|closed/);
    expect((await pair.ask(pair.internal, 9345)).error).toMatch(/ECONNRESET|closed/);
  });

  test('the addresses move when HAProxy is killed, and come back with it', async () => {
    const outage = await pair.outageMs(async () => {
      endAll(pair.one, 'haproxy', 'SIGKILL');
      await holds(pair.two, pair.internal, true, movesWithinMs);
      await backAt(pair.two);
    });
    expect(outage).toBeLessThan(movesWithinMs);
    await ended(pair.one, 'haproxy');
    pair.startHaproxy(pair.one);
    await backAt(pair.one);
  });

  test('the addresses move when keepalived is stopped, and when it is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const outage = await pair.outageMs(async () => {
        endAll(pair.one, 'keepalived', signal);
        await holds(pair.two, pair.public, true, movesWithinMs);
      });
      expect(outage, signal).toBeLessThan(movesWithinMs);
      await ended(pair.one, 'keepalived');
      pair.startKeepalived(pair.one);
      await backAt(pair.one);
    }
  });

  test('the addresses move when the machine is cut off, and come back with it', async () => {
    const link = (state: 'up' | 'down') => inside(pair.network, 'ip', 'link', 'set', pair.one.name, state);
    const outage = await pair.outageMs(async () => {
      await link('down');
      await holds(pair.two, pair.public, true, movesWithinMs);
    });
    expect(outage).toBeLessThan(movesWithinMs);
    await link('up');
    await backAt(pair.one);
  });

  test.runIf(advertisementSeconds === 1)('a reload under 1,000 connections loses none', async () => {
    const before = processesIn(pair.one, 'haproxy');
    const client = startPeer(pair.network, {
      do: 'many',
      count: 1_000,
      address: pair.public,
      port: 443,
      from: manager,
    });
    type Line = { asked?: number; open?: number; errors?: string[]; again?: number };
    let last: Line = {};
    do {
      last = await nextLine<Line>(client.lines);
      if (last.asked === 300 || last.asked === 600) pair.reload(pair.one);
    } while (last.asked !== undefined);
    expect(last).toEqual({ open: 1_000, errors: [] });
    client.process.stdin!.write('again\n');
    expect(await nextLine<Line>(client.lines)).toEqual({ again: 1_000 });
    const after = processesIn(pair.one, 'haproxy');
    expect(after.filter((pid) => !before.includes(pid)).length).toBeGreaterThanOrEqual(1);
    expect(after).toContain(before[0]);
  });

  test.runIf(advertisementSeconds === 1)(
    'a limit that is reached turns away the next and lets in others',
    async () => {
      const limited = LoadBalancerInputs.parse({ publicLimits: { connectionsPerSource: 3 } });
      const machine = pair.inventory.machines.find(({ name }) => name === pair.one.name)!;
      const { text, fingerprint } = haproxyConfiguration(pair.site, pair.inventory, machine, limited);
      await replaceFile(pair.one, folder, paths.haproxy, text);
      pair.reload(pair.one);
      const inForce = () =>
        inside(pair.one, 'curl', '-s', '--unix-socket', paths.healthSocket, 'http://haproxy/').catch(
          () => '',
        );
      await expect.poll(inForce, { timeout: 10_000 }).toBe(fingerprint);
      const client = startPeer(pair.network, {
        do: 'many',
        count: 5,
        address: pair.public,
        port: 443,
        from: manager,
      });
      const opened = await nextLine<{ open: number; errors: string[] }>(client.lines);
      expect({ open: opened.open, turnedAway: opened.errors.length }).toEqual({ open: 3, turnedAway: 2 });
      expect((await pair.ask(pair.public, 443, stranger)).answer).toContain(stranger);
      client.process.kill();
    },
  );

  test('the statistics want the password', async () => {
    const { address } = pair.inventory.machines.find(({ name }) => name === pair.one.name)!;
    const status = (...words: string[]) =>
      inside(
        pair.network,
        'curl',
        '-sk',
        '--interface',
        manager,
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}',
        ...words,
        `https://${address}:8404/metrics`,
      );
    expect(await status()).toBe('401');
    expect(await status('--user', 'socle:another')).toBe('401');
    expect(await status('--user', 'socle:a-password')).toBe('200');
  });
});
