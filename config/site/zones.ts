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
  address: HostWithPort.describe('Host or host:port'),
  user: UnixUser.describe('Account on it'),
  hostKey: SshPublicKey.describe('Its host key, `ssh-ed25519 AAAA…`'),
  privateKey: EarlyReference.optional().describe(
    'Private key to log in with; the derived operator key when absent',
  ),
});
export type JumpHost = z.infer<typeof JumpHost>;

export const VirtualAddresses = z.strictObject({
  'lan-vip': Ipv4.optional().describe('Served by lb-lan: portals and APIs inside'),
  'int-vip': Ipv4.optional().describe("Served by lb-integration: the platform's services by name"),
  'dmz-vip': Ipv4.optional().describe('Served by lb-dmz, public: 80 and 443 only'),
  'dmz-int-vip': Ipv4.optional().describe('Served by lb-dmz, internal: Kubernetes and administration'),
});

export const Zone = z.strictObject({
  network: DisplayName.describe("Port group (vSphere), subnet (Nutanix) or the VLAN's name"),
  cidr: Cidr.describe('The network, such as 10.10.0.0/24'),
  gateway: Ipv4.describe('Default gateway of the machines'),
  range: AddressRange.describe(
    'Machines and virtual addresses without an address of their own are numbered from here',
  ),
  interface: text(
    /^[a-z][a-z0-9._-]{0,14}$/,
    'the name of a network card',
    'Write it as the system shows it, such as eth0 or ens192',
  )
    .optional()
    .describe('Name of the network card inside the machine; its only card when absent'),
  mtu: z
    .int()
    .min(smallestMtu)
    .max(largestMtu)
    .default(1500)
    .describe("Bytes. Canal's VXLAN takes 50 of them"),
  dns: z
    .array(AddressWithPort)
    .min(1)
    .optional()
    .describe('DNS servers of this zone, instead of dns.servers'),
  ntp: z.array(HostWithPort).min(1).optional().describe('Time servers of this zone, instead of ntp'),
  jumpHost: JumpHost.optional().describe('Host through which the zone is reached by SSH'),
  taskQueue: text(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/, 'a task queue name')
    .optional()
    .describe('Temporal task queue of the worker that reaches this zone'),
  virtualAddresses: VirtualAddresses.default({}).describe(
    'Addresses of the load-balancer pairs; those not given come from the range',
  ),
});
export type Zone = z.infer<typeof Zone>;

export const Zones = z.strictObject({
  infra: Zone.describe('Vault, Git, registry, monitoring'),
  lan: Zone.describe('The apps cluster and its load balancers'),
  integration: Zone.describe('The middleware cluster and its load balancers'),
  dmz: Zone.describe('The DMZ cluster and the load balancers that the Internet sees'),
});
export type Zones = z.infer<typeof Zones>;
