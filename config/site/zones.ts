import { z } from 'zod';
import { AddressRange, AddressWithPort, Cidr, HostWithPort, Ipv4 } from './address.js';
import { EarlyReference } from './reference.js';
import { SshPublicKey } from './ssh-public-key.js';
import { DisplayName, text, UnixUser } from './text.js';

/** IPv6's minimum, which Canal needs too, and what data-centre switches carry as jumbo frames at most. */
const smallestMtu = 1280;
const largestMtu = 9216;

/** A host through which the machines of a zone are reached; its key is checked like theirs. */
export const JumpHost = z.strictObject({
  address: HostWithPort,
  user: UnixUser,
  hostKey: SshPublicKey,
  /** Private key to log in with; the derived operator key when absent. */
  privateKey: EarlyReference.optional(),
});
export type JumpHost = z.infer<typeof JumpHost>;

/** Addresses of the load-balancer pairs; those not given are taken from the zone's range. */
export const VirtualAddresses = z.strictObject({
  'lan-vip': Ipv4.optional(),
  'int-vip': Ipv4.optional(),
  'dmz-vip': Ipv4.optional(),
  'dmz-int-vip': Ipv4.optional(),
});

export const Zone = z.strictObject({
  /** Port group (vSphere), subnet (Nutanix) or the VLAN's name. */
  network: DisplayName,
  cidr: Cidr,
  gateway: Ipv4,
  /** Machines and virtual addresses without an address of their own are numbered from here. */
  range: AddressRange,
  /** Name of the network card inside the machine; its only card when absent. */
  interface: text(
    /^[a-z][a-z0-9._-]{0,14}$/,
    'the name of a network card',
    'Write it as the system shows it, such as eth0 or ens192',
  ).optional(),
  /** Bytes. Canal's VXLAN takes 50 of them. */
  mtu: z.int().min(smallestMtu).max(largestMtu).default(1500),
  dns: z.array(AddressWithPort).min(1).optional(),
  ntp: z.array(HostWithPort).min(1).optional(),
  jumpHost: JumpHost.optional(),
  /** Temporal task queue of the worker that reaches this zone. */
  taskQueue: text(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, 'a task queue name').optional(),
  virtualAddresses: VirtualAddresses.default({}),
});
export type Zone = z.infer<typeof Zone>;

export const Zones = z.strictObject({ infra: Zone, lan: Zone, integration: Zone, dmz: Zone });
export type Zones = z.infer<typeof Zones>;
