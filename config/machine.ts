/** The networks of a site. A machine lives in exactly one. */
export const zoneNames = ['infra', 'lan', 'integration', 'dmz'] as const;
export type ZoneName = (typeof zoneNames)[number];

/** Machines with one job. `provisionnement-vms-infra` makes the first three and the pairs, `-apps` the rest. */
export const infrastructureGroups = [
  'vault',
  'gitops',
  'monitoring',
  'lb-lan',
  'lb-integration',
  'lb-dmz',
] as const;
export const applicationGroups = [
  'apps-master',
  'apps-worker',
  'middleware-master',
  'middleware-worker',
  'dmz-node',
] as const;
export const groupNames = [...infrastructureGroups, ...applicationGroups] as const;
export type GroupName = (typeof groupNames)[number];

/** The zone that the machines of a group live in. */
export const groupZones: Readonly<Record<GroupName, ZoneName>> = {
  vault: 'infra',
  gitops: 'infra',
  monitoring: 'infra',
  'lb-lan': 'lan',
  'lb-integration': 'integration',
  'lb-dmz': 'dmz',
  'apps-master': 'lan',
  'apps-worker': 'lan',
  'middleware-master': 'integration',
  'middleware-worker': 'integration',
  'dmz-node': 'dmz',
};

/** One disk of a machine. `mountPoint` is absent for the system disk, which the template brings. */
export type Disk = { name: 'system' | 'rancher' | 'longhorn' | 'data'; sizeGiB: number; mountPoint?: string };

/**
 * A virtual machine as the plan wants it.
 * `instanceUuid` is chosen by Socle (derived from the site's UUID and the machine's name), so a retry finds what an
 * earlier attempt made.
 */
export type Machine = {
  name: string;
  group: GroupName;
  zone: ZoneName;
  /** IPv4 address without prefix length; prefix, gateway, DNS and MTU come from the zone. */
  address: string;
  sshPort: number;
  vcpu: number;
  memoryMiB: number;
  disks: Disk[];
  instanceUuid: string;
  template: string;
  /** Present on machines that another team delivers: their SSH host key as `ssh-ed25519 AAAA…`. */
  existingHostKey?: string;
};

/** The zone of each virtual address; lb-dmz has a public and an internal one. */
export const virtualAddressZones = {
  'lan-vip': 'lan',
  'int-vip': 'integration',
  'dmz-vip': 'dmz',
  'dmz-int-vip': 'dmz',
} as const;

/** Addresses served by a load-balancer pair rather than by a machine. */
export type VirtualAddress = {
  name: 'lan-vip' | 'int-vip' | 'dmz-vip' | 'dmz-int-vip';
  group: GroupName;
  zone: ZoneName;
  address: string;
};

export type Inventory = { machines: Machine[]; virtualAddresses: VirtualAddress[] };
