import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startControl } from './control.js';
import { createFaults } from './faults.js';
import { openJournal } from './journal.js';
import { createNetwork, type ExternalService } from './machine/network.js';
import { createMachines } from './machine/runtime.js';
import type { Waits } from './runtime.js';
import { serveStore } from './store.js';
import { startVcenter } from './vcenter/vcenter.js';
import { createWaits } from './waits.js';

/** What the example sites name outside the platform. */
const serviceAddress = '127.10.0.2';
const mirrorPort = 18080;
const services: ExternalService[] = [
  {
    address: serviceAddress,
    ports: [53, 123, 6514, mirrorPort],
    name: 'DNS, NTP, syslog and package mirror',
  },
  { address: 'backup.example.org', ports: [443], name: 'backup target' },
  { address: 'directory.example.org', ports: [636], name: 'directory' },
  { address: 'mail.example.org', ports: [587], name: 'mail relay' },
];

/** The simulated datacentre as a process of its own. Its first line on standard output says where everything is. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: 'string', default: '.socle/sandbox' },
      'control-port': { type: 'string', default: '0' },
      'vcenter-port': { type: 'string', default: '18443' },
      waits: { type: 'string', default: 'short' },
      seed: { type: 'string', default: '1' },
    },
  });
  const password = process.env['SOCLE_VSPHERE_PASSWORD'];
  if (!password) throw new Error('SOCLE_VSPHERE_PASSWORD must hold the password of the simulated vCenter');
  const stateFolder = values.state;
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const journal = openJournal(join(stateFolder, 'journal.jsonl'));
  const faults = createFaults();
  const waits = createWaits(values.waits as Waits['profile'], Number(values.seed));
  const network = createNetwork(services);
  const machines = createMachines({ journal, faults, waits, network, stateFolder });
  const vcenter = await startVcenter({
    address: '127.0.0.1',
    port: Number(values['vcenter-port']),
    journal,
    faults,
    waits,
    machines,
    stateFolder,
    username: 'administrator@vsphere.local',
    password,
  });
  const mirror = await startMirror();
  const uuidOf = (name: string): string => {
    const machine = machines.powered().find((each) => each.name === name);
    if (!machine) throw new Error(`${name} is not on`);
    return machine.hardware.instanceUuid;
  };
  const { url, server: control } = await startControl({
    port: Number(values['control-port']),
    journal,
    faults,
    leftovers: () => ({ ...vcenter.leftovers(), poweredOn: machines.powered().map(({ name }) => name) }),
    consoleOf: (name) => machines.powered().find((machine) => machine.name === name)?.console,
    disturb: {
      cut: async (name) => machines.cutConnections(uuidOf(name)),
      unplug: async (name) => machines.unplug(uuidOf(name)),
      plug: async (name) => machines.plug(uuidOf(name)),
      'power-off': (name) => vcenter.powerByHand(name, 'off'),
      'power-on': (name) => vcenter.powerByHand(name, 'on'),
    },
    kill: (name, unit) => machines.kill(uuidOf(name), unit),
  });
  const caFile = join(stateFolder, 'vcenter-ca.pem');
  await writeFile(caFile, vcenter.caPem);
  process.stdout.write(`${JSON.stringify({ control: url, vcenter: { url: vcenter.url, caFile } })}\n`);
  // A closed channel: whoever started this one as a child is gone.
  await Promise.race(['SIGTERM', 'SIGINT', 'disconnect'].map((event) => once(process, event)));
  control.close();
  mirror.close();
  await vcenter.close();
  await machines.close();
  process.exit(0);
}

/** The package mirror as a preflight sees it: a folder that answers. Packages themselves are simulated in the machines. */
async function startMirror(): Promise<ReturnType<typeof createServer>> {
  const mirror = createServer((request, response) => {
    if (serveStore(request, response)) return;
    const known = request.url?.startsWith('/debian') === true;
    response.writeHead(known ? 200 : 404).end(known ? 'simulated Debian mirror\n' : '');
  });
  mirror.listen(mirrorPort, serviceAddress);
  await once(mirror, 'listening');
  return mirror;
}

await main();
