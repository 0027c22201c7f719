import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheFolder } from '../../config/cache-folder.js';
import { loadSite } from '../../config/load.js';
import type { Site } from '../../config/site.js';
import { createGateways, type Gateways } from '../../laboratory/gateways.js';
import { machineNamespace, namespace, runFolder, within } from '../../laboratory/names.js';
import { makeNetwork, plugIn } from '../../laboratory/network.js';
import { markedProcesses } from '../../laboratory/processes.js';
import { runningLaboratory, takeDown } from '../../laboratory/take-down.js';
import { peer, program, relays } from './laboratory.js';

/** The network of a laboratory, and on it instead of machines three namespaces with an address each. */
const machines = { one: '10.61.0.10', neighbour: '10.61.0.11', other: '10.62.0.10' } as const;
type Name = keyof typeof machines;

const port = '5001';
const ended: string[] = [];
const servers: ChildProcess[] = [];
let gateways: Gateways | undefined;

beforeAll(async () => {
  expect(await runningLaboratory(), 'a laboratory runs in process').toBeUndefined();
  await takeDown();
  const site = await loadSite('examples/site-lab.yaml');
  mkdirSync(runFolder, { recursive: true });
  await makeNetwork(site);
  gateways = createGateways(site, cacheFolder(), (line) => ended.push(line));
  await gateways.impair({});
  for (const name of Object.keys(machines) as Name[]) await connectMachine(site, name);
});
afterAll(async () => {
  if (gateways === undefined) return;
  await gateways.stop();
  for (const server of servers) server.kill();
  await takeDown();
});

async function connectMachine(site: Site, name: Name): Promise<void> {
  const zone = name === 'other' ? site.zones.lan : site.zones.infra;
  const key = String(Object.keys(machines).indexOf(name));
  await plugIn(site, { machine: name, key, macAddress: `00:0c:29:00:00:0${key}`, network: zone.network });
  const inside = within(machineNamespace(name));
  for (const words of [
    ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1'],
    ['ip', 'address', 'add', `${machines[name]}/24`, 'dev', 'ens192'],
    ['ip', 'link', 'set', 'ens192', 'up'],
    ['ip', 'route', 'add', 'default', 'via', zone.gateway],
  ])
    expect(await program([...inside, ...words])).toMatchObject({ code: 0, stderr: '' });
  const [command, ...args] = [...inside, process.execPath, peer, 'serve', '0.0.0.0', port];
  const server = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  await once(server.stdout, 'data');
}

async function measured(from: string, what: string, to: Name, count: number): Promise<unknown> {
  const words = [...within(from), process.execPath, peer, what, machines[to], port, String(count)];
  const ran = await program(words);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as unknown;
}

/** The shortest of ten: what else this computer does makes a round trip longer, nothing makes it shorter. */
async function roundTripMs(from: string, to: Name): Promise<number> {
  return Math.min(...((await measured(from, 'connect', to, 10)) as number[]));
}

test('without latency or loss nothing stands in the way', async () => {
  expect(await relays()).toEqual([]);
  expect(await roundTripMs(namespace, 'one')).toBeLessThan(2);
});

test('a round trip into a zone takes as much longer as was asked for, one inside it does not', async () => {
  await gateways!.impair({ latencyMs: 20 });
  expect(await relays()).toHaveLength(1);
  const roundTrip = await roundTripMs(namespace, 'one');
  expect(roundTrip).toBeGreaterThanOrEqual(20);
  expect(roundTrip).toBeLessThan(26);
  expect(await roundTripMs(machineNamespace('neighbour'), 'one')).toBeLessThan(2);
  const between = await roundTripMs(machineNamespace('other'), 'one');
  expect(between).toBeGreaterThanOrEqual(40);
  expect(between).toBeLessThan(52);
});

test('a fast sender loses nothing in the relay', async () => {
  await gateways!.impair({ latencyMs: 20 });
  expect(await measured(namespace, 'send', 'one', 100)).toBeGreaterThan(200);
  const words = ['ip', '-json', '-stats', 'link', 'show', 'dev'];
  for (const name of ['gateway0', 'relay0']) {
    const { stdout } = await program([...within(namespace), ...words, name]);
    const [link] = JSON.parse(stdout) as { stats64: Record<'rx' | 'tx', { dropped: number }> }[];
    expect(link!.stats64).toMatchObject({ rx: { dropped: 0 }, tx: { dropped: 0 } });
  }
});

test('zones are changed while they are used, and only those that are named', async () => {
  await gateways!.impair({ latencyMs: { lan: 20 } });
  expect(await roundTripMs(namespace, 'other')).toBeGreaterThanOrEqual(20);
  expect(await roundTripMs(namespace, 'one')).toBeLessThan(2);
  await gateways!.impair({});
  expect(await roundTripMs(namespace, 'other')).toBeLessThan(2);
  expect(await relays()).toEqual([]);
});

test('of the same packets the same ones are lost, as many as was asked for', async () => {
  // Nothing else may pass, or the numbers of the packets move: no search for addresses, no IPv6.
  await program([...within(namespace), 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
  const answered = async (lossPercent: number): Promise<unknown[]> => {
    await gateways!.impair({ lossPercent: { infra: lossPercent } });
    const neighbour = (where: string, address: string, device: string, mac: string): Promise<unknown> =>
      program([
        ...[...within(where), 'ip', 'neighbour', 'replace', address],
        ...['dev', device, 'lladdr', mac, 'nud', 'permanent'],
      ]);
    await neighbour(namespace, machines.one, 'gateway0', '00:0c:29:00:00:00');
    await neighbour(machineNamespace('one'), '10.61.0.1', 'ens192', '02:00:00:00:01:00');
    return (await measured(namespace, 'datagrams', 'one', 500)) as unknown[];
  };
  const first = await answered(10);
  // 0.9 × 0.9 of 500 are 405; the standard deviation is 9.
  expect(first.length).toBeGreaterThan(365);
  expect(first.length).toBeLessThan(445);
  expect(await answered(10)).toEqual(first);
});

test('a relay that is killed is told of', async () => {
  await gateways!.impair({ latencyMs: 20 });
  const [found] = (await markedProcesses()).filter(({ command }) => /\/relay-/.test(command));
  process.kill(found!.pid, 'SIGKILL');
  await expect.poll(() => ended).toEqual([expect.stringContaining('The relay ended by itself')]);
});
