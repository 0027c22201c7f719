import type { GroupName, VirtualAddress } from '../machine.js';

/** Who may be at either end of a flow: machines, virtual addresses, or what the site file names outside the platform. */
export type Party =
  | GroupName
  | VirtualAddress['name']
  | 'machine'
  | 'apps'
  | 'middleware'
  | 'node'
  | 'load-balancer'
  | 'management'
  | 'users'
  | 'internet'
  | 'hypervisor'
  | 'dns'
  | 'ntp'
  | 'mirror'
  | 'syslog'
  | 'directory'
  | 'mail'
  | 'backup';

export type Protocol = 'tcp' | 'udp' | 'icmp' | 'vrrp';

/** One row of the port table: new connections allowed from → to. What no row names is dropped and counted. */
export type PortRule = {
  id: number;
  from: readonly Party[];
  to: readonly Party[];
  /** Single ports or `first-last`; empty for protocols without ports. */
  ports: readonly (number | `${number}-${number}`)[];
  protocol: Protocol;
  why: string;
  /** First phase in which something uses it. */
  phase: number;
  /** `peers`: only machines of the destination's own group; `cluster`: only nodes of its own cluster. */
  within?: 'group' | 'cluster';
};
