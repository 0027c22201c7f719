import { createHash } from 'node:crypto';
import { addressText, rangeSpan } from './ipv4.js';
import type { Disk, GroupName, Inventory, Machine, VirtualAddress, ZoneName } from './machine.js';
import type { Site } from './site.js';
import { computeSizing, type GroupSize } from './sizing.js';

const zoneOf: Record<GroupName, ZoneName> = {
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

const virtualAddresses: Omit<VirtualAddress, 'address'>[] = [
  { name: 'lan-vip', group: 'lb-lan', zone: 'lan' },
  { name: 'int-vip', group: 'lb-integration', zone: 'integration' },
  { name: 'dmz-vip', group: 'lb-dmz', zone: 'dmz' },
  { name: 'dmz-int-vip', group: 'lb-dmz', zone: 'dmz' },
];

/** The machines of a site with names, addresses and identities that stay when the site grows. */
export function computeInventory(site: Site): Inventory {
  const next = new Map<ZoneName, number>();
  const take = (zone: ZoneName): string => {
    const address = next.get(zone) ?? rangeSpan(site.zones[zone].range)!.first;
    next.set(zone, address + 1);
    return addressText(address);
  };
  const vips = virtualAddresses.map((vip) => ({
    ...vip,
    address: site.zones[vip.zone].virtualAddresses[vip.name] ?? take(vip.zone),
  }));
  const machines = computeSizing(site).flatMap((size) =>
    Array.from({ length: size.count }, (_, index) => machine(site, size, `${size.group}-${index + 1}`, take)),
  );
  return { machines, virtualAddresses: vips };
}

function machine(site: Site, size: GroupSize, name: string, take: (zone: ZoneName) => string): Machine {
  const { group, vcpu, memoryMiB, disksGiB } = size;
  const zone = zoneOf[group];
  const settings = site.machines[name];
  const disks: Disk[] = [{ name: 'system', sizeGiB: disksGiB.system }];
  if (disksGiB.rancher)
    disks.push({ name: 'rancher', sizeGiB: disksGiB.rancher, mountPoint: '/var/lib/rancher' });
  if (disksGiB.longhorn)
    disks.push({ name: 'longhorn', sizeGiB: disksGiB.longhorn, mountPoint: '/var/lib/longhorn' });
  return {
    name,
    group,
    zone,
    address: settings?.address ?? take(zone),
    sshPort: settings?.ssh?.port ?? site.ssh.port,
    vcpu,
    memoryMiB,
    disks,
    instanceUuid: nameUuid(site.uuid, name),
    template: (site.templates[group] ?? site.templates.default).name,
    ...(settings?.hostKey !== undefined && { existingHostKey: settings.hostKey }),
  };
}

/** UUID version 5 (RFC 9562, section 5.5) of a name within the site. */
function nameUuid(siteUuid: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(siteUuid.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
