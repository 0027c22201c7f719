import { splitHostPort } from '../site/address.js';
import type { GroupName, Inventory, Machine } from '../machine.js';
import type { Site } from '../site.js';
import type { Party } from './rule.js';

/** One end of a flow as the network sees it. */
export type Endpoint = {
  /** IPv4 address, network in CIDR form, or a host name outside the platform. */
  address: string;
  name: string;
  machine?: Machine;
  /** Port that the site file gives instead of the table's. */
  port?: number;
};

const clusterGroups: Record<'apps' | 'middleware', readonly GroupName[]> = {
  apps: ['apps-master', 'apps-worker'],
  middleware: ['middleware-master', 'middleware-worker'],
};
const nodeGroups: readonly GroupName[] = [...clusterGroups.apps, ...clusterGroups.middleware, 'dmz-node'];
const loadBalancers: readonly GroupName[] = ['lb-lan', 'lb-integration', 'lb-dmz'];

/** The addresses that a party of the table stands for on this site; empty when the site has none. */
export function endpointsOf(party: Party, site: Site, inventory: Inventory): Endpoint[] {
  const external = externalEndpoints(party, site);
  if (external) return external;
  const virtual = inventory.virtualAddresses.find(({ name }) => name === party);
  if (virtual) return [{ address: virtual.address, name: virtual.name }];
  return inventory.machines
    .filter((machine) => isMember(machine, party))
    .map((machine) => ({ address: machine.address, name: machine.name, machine }));
}

/** True when a machine belongs to a party of the table. */
export function isMember(machine: Machine, party: Party): boolean {
  if (party === 'machine') return true;
  if (party === 'node') return nodeGroups.includes(machine.group);
  if (party === 'load-balancer') return loadBalancers.includes(machine.group);
  if (party === 'apps' || party === 'middleware') return clusterGroups[party].includes(machine.group);
  return machine.group === party;
}

/** `apps`, `middleware` or `dmz` for a node; undefined for other machines. */
export function clusterOf(machine: Machine): string | undefined {
  return nodeGroups.includes(machine.group) ? machine.group.replace(/-(master|worker|node)$/, '') : undefined;
}

function externalEndpoints(party: Party, site: Site): Endpoint[] | undefined {
  switch (party) {
    case 'management':
      return site.management.map((network) => ({ address: network, name: 'management' }));
    case 'users':
    case 'internet':
      return [{ address: '0.0.0.0/0', name: party }];
    case 'hypervisor':
      return site.hypervisor.kind === 'existing' ? [] : [ofUrl(site.hypervisor.url, 'hypervisor')];
    case 'dns':
      return site.dns.servers.map((server) => ofHost(server, 'DNS', 53));
    case 'ntp':
      return site.ntp.map((server) => ofHost(server, 'NTP', 123));
    case 'mirror':
      return [
        ofUrl(site.artifacts.packages, 'package mirror'),
        ofUrl(site.artifacts.store, 'artefact store'),
      ];
    case 'syslog':
      return site.syslog
        ? [{ address: splitHostPort(site.syslog.server, 0).host, name: 'syslog', port: site.syslog.port }]
        : [];
    case 'directory':
      return site.directory ? [ofUrl(site.directory.url, 'directory')] : [];
    case 'mail':
      return site.mail
        ? [{ address: splitHostPort(site.mail.relay, 0).host, name: 'mail relay', port: site.mail.port }]
        : [];
    case 'backup':
      if (!site.backup) return [];
      return [
        site.backup.kind === 's3'
          ? ofUrl(site.backup.url, 'backup target')
          : ofHost(site.backup.server, 'backup target', 2049),
      ];
    default:
      return undefined;
  }
}

const defaultPorts: Record<string, number> = { 'http:': 80, 'https:': 443, 'ldaps:': 636 };

function ofUrl(url: string, name: string): Endpoint {
  const { hostname, port, protocol } = new URL(url);
  return { address: hostname, name, port: port === '' ? (defaultPorts[protocol] ?? 443) : Number(port) };
}

function ofHost(server: string, name: string, defaultPort: number): Endpoint {
  const { host, port } = splitHostPort(server, defaultPort);
  return { address: host, name, port };
}
