import type { Inventory, Machine } from '../../../config/machine.js';
import { inboundRules, type InboundRule } from '../../../config/ports/flows.js';
import type { Site } from '../../../config/site.js';
import { splitHostPort } from '../../../config/site/address.js';
import { addressNumber } from '../../../config/ipv4.js';
import { holds } from './forbidden-pairs.js';
import { isNode } from './os.js';

/**
 * The table inet socle for one machine: what the port table lets in, everything else dropped and counted. Replaced in one
 * transaction; chains of others (CNI, kube-proxy) are in tables of their own and are not touched, nor is forwarding.
 */
export function firewallRules(site: Site, inventory: Inventory, machine: Machine): string {
  const lines = [
    'ct state established,related accept',
    'ct state invalid drop',
    'iifname "lo" accept',
    'ip protocol icmp icmp type { echo-request, destination-unreachable, time-exceeded } limit rate 50/second accept',
    'meta l4proto ipv6-icmp limit rate 50/second accept',
    ...jumpHostRule(site, machine),
    ...podRule(site, machine),
    ...inboundRules(site, inventory, machine.name)
      .filter(({ protocol }) => protocol !== 'icmp')
      .map(ruleLine),
    'limit rate 5/second log prefix "socle-drop " level info',
    'counter drop',
  ];
  return `table inet socle
delete table inet socle
table inet socle {
  chain input {
    type filter hook input priority filter; policy drop;
${lines.map((line) => `    ${line}\n`).join('')}  }
}
`;
}

function ruleLine({ rule, protocol, ports, sources, why }: InboundRule): string {
  const everyone = sources.some((source) => source.endsWith('/0'));
  const from = everyone ? '' : `ip saddr ${set(withoutCovered(sources))} `;
  const comment = `comment "${rule} ${why.replaceAll('"', '').slice(0, 100)}"`;
  return protocol === 'vrrp'
    ? `${from}meta l4proto vrrp accept ${comment}`
    : `${from}${protocol} dport ${set(ports)} accept ${comment}`;
}

/** Older nft refuses a set with an address that is inside one of its networks. */
function withoutCovered(sources: readonly string[]): string[] {
  const networks = sources.filter((source) => source.includes('/'));
  return sources.filter(
    (source) => source.includes('/') || !networks.some((network) => holds(network, source)),
  );
}

function set(items: readonly string[]): string {
  const sorted = [...new Set(items)].sort();
  return sorted.length === 1 ? (sorted[0] ?? '') : `{ ${sorted.join(', ')} }`;
}

function jumpHostRule(site: Site, machine: Machine): string[] {
  const { jumpHost } = site.zones[machine.zone];
  if (jumpHost === undefined) return [];
  const { host } = splitHostPort(jumpHost.address, 22);
  return addressNumber(host) === undefined
    ? []
    : [`ip saddr ${host} tcp dport ${machine.sshPort} accept comment "SSH by the zone's jump host"`];
}

/** A pod that calls its own node keeps its address; what pods may call is the business of NetworkPolicies. */
function podRule(site: Site, machine: Machine): string[] {
  if (!isNode(machine)) return [];
  const cluster =
    machine.group === 'dmz-node' ? 'dmz' : machine.group.startsWith('apps') ? 'apps' : 'middleware';
  return [
    `iifname { "cali*", "flannel.1" } ip saddr ${site.clusters[cluster].podCidr} accept comment "pods of this node"`,
  ];
}
