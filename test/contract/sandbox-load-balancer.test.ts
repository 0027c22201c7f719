import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
import { runShell } from '../../sandbox/machine/shell.js';
import { canTestWith } from '../../tools/test-programs.js';
import { machineCertificate } from '../unit/load-balancer/certificate.js';
import { pairContract, type Pair } from './load-balancer-contract.js';
import { nextLine, spawnPeer } from './load-balancer-peer.js';
import { MachinesUnderTest } from './sandbox-machines.js';

const execute = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'socle-balancers-'));
const [manager, stranger] = ['127.0.0.1', '127.0.0.9'];
const names = ['lb-dmz-1', 'lb-dmz-2'] as const;

/** 443 is opened by root alone, unless the kernel lets others. */
async function mayListenOn443(): Promise<boolean> {
  const server = createServer().listen(443, '127.0.0.250');
  const opened = await Promise.race([
    once(server, 'listening').then(() => true),
    once(server, 'error').then(() => false),
  ]);
  server.close();
  return opened;
}

/** lb-dmz as the role makes it, on simulated machines, with real nodes and real clients. */
async function makePair(inputs: LoadBalancerInputs): Promise<Pair> {
  const under = await MachinesUnderTest.boot(names);
  const { site } = under.plan;
  const inventory = computeInventory(site);
  const machineOf = (name: string) => inventory.machines.find((machine) => machine.name === name)!;
  const simulated = (name: string) => under.machines.powered().find((machine) => machine.name === name)!;
  const addressOf = (name: string): string =>
    inventory.virtualAddresses.find((virtual) => virtual.name === name)!.address;
  const run = async (name: string, line: string): Promise<string> => {
    const { stdout, stderr, exitCode } = await runShell(simulated(name), 'root', line, '');
    if (exitCode !== 0) throw new Error(`${line}: ${stderr}`);
    return stdout;
  };
  const nodes = inventory.machines.filter(({ group }) => group === 'dmz-node').map(({ address }) => address);
  const certificate = join(folder, 'node.pem');
  writeFileSync(certificate, await machineCertificate('node', nodes[0]!));
  const servers = spawnPeer([], { do: 'serve', addresses: nodes, certificate });
  await nextLine(servers.lines);
  for (const name of [...names].reverse()) {
    const machine = machineOf(name);
    const files: Record<string, string> = {
      [paths.haproxy]: haproxyConfiguration(site, inventory, machine, inputs).text,
      [paths.statisticsLogin]: statisticsLogin('a-password'),
      [paths.keepalived]: keepalivedConfiguration(site, inventory, machine, inputs),
      [paths.checkScript]: checkScript,
      [certificatePath(name)]: await machineCertificate(name, machine.address),
    };
    await run(
      name,
      `rm -f /etc/apt/sources.list.d/*
echo 'deb http://127.10.0.2:18080/debian bookworm main' > /etc/apt/sources.list
apt-get update && apt-get install -y haproxy keepalived curl && mkdir -p /etc/socle/tls /etc/keepalived`,
    );
    for (const [path, content] of Object.entries(files)) await simulated(name).files.writeFile(path, content);
    await run(
      name,
      `chmod 700 ${paths.checkScript} && sysctl -w net.ipv4.ip_nonlocal_bind=1
systemctl restart haproxy && systemctl restart keepalived`,
    );
  }
  const uuidOf = (name: string): string => simulated(name).hardware.instanceUuid;
  return {
    one: names[0],
    two: names[1],
    public: addressOf('dmz-vip'),
    internal: addressOf('dmz-int-vip'),
    addressOf: (name) => machineOf(name).address,
    manager,
    stranger,
    connections: 300,
    client: (task) => spawnPeer([], task),
    command: async (program, ...words) => (await execute(program, words)).stdout,
    hasAddress: async (name, address) => (await run(name, 'ip -4 -o addr show')).includes(` ${address}/32 `),
    killHaproxy: (name) => under.machines.kill(uuidOf(name), 'haproxy.service'),
    startHaproxy: async (name) => void (await run(name, 'systemctl start haproxy')),
    reloadHaproxy: async (name) => void (await run(name, 'systemctl reload haproxy')),
    endKeepalived: async (name, how) => {
      if (how === 'stop') await run(name, 'systemctl stop keepalived');
      else await under.machines.kill(uuidOf(name), 'keepalived.service');
    },
    startKeepalived: async (name) => void (await run(name, 'systemctl start keepalived')),
    cable: async (name, state) => under.machines[state === 'in' ? 'plug' : 'unplug'](uuidOf(name)),
    configure: async (name, other) => {
      const { text, fingerprint } = haproxyConfiguration(site, inventory, machineOf(name), other);
      await simulated(name).files.writeFile(paths.haproxy, text);
      return fingerprint;
    },
    inForce: (name) =>
      run(name, `curl -s --unix-socket ${paths.healthSocket} http://haproxy/`).catch(() => ''),
    close: async () => {
      servers.process.kill();
      await under.close();
    },
  };
}

afterAll(() => rmSync(folder, { recursive: true, force: true }));

pairContract('a simulated pair', canTestWith('curl') && (await mayListenOn443()), makePair);
