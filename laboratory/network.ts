import type { Site } from '../config/site.js';
import { addressText, networkSpan } from '../config/ipv4.js';
import { splitHostPort } from '../config/site/address.js';
import { zoneNames } from '../config/machine.js';
import { run } from './command.js';
import { noteNamespacesFolder } from './namespaces-folder.js';
import { machineNamespace, namespace, within } from './names.js';

/** The card's name before cloud-init gives it the one that the site file wants: what vmxnet3 cards are called. */
const cardName = 'ens192';

const ip = (...words: string[]): Promise<string> => run(['ip', ...words]);
const inside = (...words: string[]): Promise<string> => run([...within(namespace), ...words]);

/** In the laboratory's namespace. */
export const insideIp = (...words: string[]): Promise<string> => inside('ip', ...words);

/**
 * A namespace with a bridge for each port group, which routes between them, and with the addresses outside the zones:
 * those of services and the one that the orchestrator speaks from. Nothing connects it to this computer's network. The
 * gateways come with `createGateways`.
 */
export async function makeNetwork(site: Site): Promise<void> {
  await noteNamespacesFolder();
  await ip('netns', 'add', namespace);
  await insideIp('link', 'set', 'lo', 'up');
  for (const setting of ['net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=0'])
    await inside('sysctl', '-q', '-w', setting);
  const management = managementAddress(site);
  for (const address of new Set([management, ...serviceAddresses(site)]))
    await insideIp('address', 'add', `${address}/32`, 'dev', 'lo');
  for (const bridge of bridges(site).values()) await insideIp('link', 'add', bridge, 'up', 'type', 'bridge');
}

/** First address of the first management network: where the orchestrator is in this datacentre. */
export function managementAddress(site: Site): string {
  const { first, last } = networkSpan(site.management[0] ?? '') ?? { first: 0, last: 0 };
  return addressText(first === last ? first : first + 1);
}

/** Addresses that the site file names outside its zones. */
function serviceAddresses(site: Site): string[] {
  const { hypervisor, dns, ntp, syslog, artifacts } = site;
  return [
    ...(hypervisor.kind === 'existing' ? [] : [new URL(hypervisor.url).hostname]),
    ...[...dns.servers, ...ntp, ...(syslog ? [syslog.server] : [])].map(
      (host) => splitHostPort(host, 0).host,
    ),
    ...[artifacts.packages, artifacts.store].map((url) => new URL(url).hostname),
  ];
}

/** Port groups and their bridges, by their place in the list; zones may share one. */
export function bridges(site: Site): Map<string, string> {
  const networks = [...new Set(zoneNames.map((name) => site.zones[name].network))];
  return new Map(networks.map((network, index) => [network, `bridge${index}`]));
}

export type Plug = {
  machine: string;
  /** Names the outer end; unique among the machines. */
  key: string;
  macAddress: string;
  /** Port group. */
  network: string;
};

/** A network namespace for a machine, and a card in it that is plugged into its port group. One that exists is kept. */
export async function plugIn(site: Site, { machine, key, macAddress, network }: Plug): Promise<void> {
  const own = machineNamespace(machine);
  if ((await namespaces()).includes(own)) return;
  const bridge = bridges(site).get(network);
  if (bridge === undefined) throw new Error(`${machine}: the site file has no zone in port group ${network}`);
  await ip('netns', 'add', own);
  const end = `machine${key}`;
  const card = ['name', cardName, 'address', macAddress, 'netns', own];
  await insideIp('link', 'add', end, 'type', 'veth', 'peer', ...card);
  await insideIp('link', 'set', end, 'master', bridge, 'up');
}

/** The card goes with its outer end: the kernel takes a namespace away in its own time, this at once. */
export async function unplug(machine: string, key: string): Promise<void> {
  const own = machineNamespace(machine);
  if (!(await namespaces()).includes(own)) return;
  await insideIp('link', 'delete', `machine${key}`);
  await ip('netns', 'delete', own);
}

/** Named network namespaces of this computer. */
export async function namespaces(): Promise<string[]> {
  const names = (await ip('netns', 'list')).trim().split('\n');
  return names.map((line) => line.split(' ')[0] ?? '').filter(Boolean);
}
