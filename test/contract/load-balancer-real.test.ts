import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  haproxyConfiguration,
  statisticsLogin,
} from '../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import type { LoadBalancerInputs } from '../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
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
import { pairContract, type Pair } from './load-balancer-contract.js';
import { nextLine } from './load-balancer-peer.js';
import {
  ended,
  endAll,
  hasAddress,
  inside,
  makeMachine,
  makeSwitch,
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
async function makePair(inputs: LoadBalancerInputs): Promise<Pair> {
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
  const placeOf = (name: string): Place => places.find((place) => place.name === name)!;
  const machineOf = (name: string) => inventory.machines.find((machine) => machine.name === name)!;
  const pair: Pair = {
    one: one.name,
    two: two.name,
    public: addressOf('dmz-vip'),
    internal: addressOf('dmz-int-vip'),
    addressOf: (name) => machineOf(name).address,
    manager,
    stranger,
    connections: 1_000,
    client: (task) => startPeer(network, task),
    command: (...words) => inside(network, ...words),
    hasAddress: (name, address) => hasAddress(placeOf(name), address),
    killHaproxy: async (name) => {
      endAll(placeOf(name), 'haproxy', 'SIGKILL');
    },
    startHaproxy: async (name) => {
      await ended(placeOf(name), 'haproxy');
      const words = ['-Ws', '-f', paths.haproxy, '-S', '/run/haproxy-master.sock'];
      startInside(placeOf(name), '/usr/sbin/haproxy', ...words);
    },
    /** haproxy.service reloads by USR2 to the master. */
    reloadHaproxy: async (name) => {
      process.kill(processesIn(placeOf(name), 'haproxy')[0]!, 'SIGUSR2');
    },
    processes: (name) => processesIn(placeOf(name), 'haproxy'),
    endKeepalived: async (name, how) => {
      endAll(placeOf(name), 'keepalived', how === 'stop' ? 'SIGTERM' : 'SIGKILL');
    },
    /** As systemd does for one that gives up: what is left of a killed one may pass for alive for a moment. */
    startKeepalived: async (name) => {
      await ended(placeOf(name), 'keepalived');
      const start = `while :; do
  from=$(date +%s)
  /usr/sbin/keepalived --dont-fork --log-console
  if [ $? -gt 128 ] || [ $(($(date +%s) - from)) -gt 1 ]; then exit; fi
  sleep 0.1
done`;
      startInside(placeOf(name), 'sh', '-c', start);
    },
    cable: async (name, state) => {
      await inside(network, 'ip', 'link', 'set', name, state === 'in' ? 'up' : 'down');
    },
    configure: async (name, other) => {
      const { text, fingerprint } = haproxyConfiguration(site, inventory, machineOf(name), other);
      await replaceFile(placeOf(name), folder, paths.haproxy, text);
      return fingerprint;
    },
    inForce: (name) =>
      inside(placeOf(name), 'curl', '-s', '--unix-socket', paths.healthSocket, 'http://haproxy/').catch(
        () => '',
      ),
    close: () => {
      servers.process.kill();
      for (const place of [one, two])
        for (const program of ['keepalived', 'haproxy']) endAll(place, program, 'SIGKILL');
      for (const place of [one, two, network]) place.holder.kill('SIGKILL');
    },
  };
  for (const { name } of [two, one]) {
    await pair.startHaproxy(name);
    await pair.startKeepalived(name);
  }
  return pair;
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

pairContract('a real pair', possible, makePair);
