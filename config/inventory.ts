import { createHash } from 'node:crypto';
import { addressNumber, addressText, rangeSpan, spanSize } from './ipv4.js';
import {
  groupNames,
  groupZones,
  virtualAddressZones,
  type Disk,
  type GroupName,
  type Inventory,
  type Machine,
  type VirtualAddress,
  type ZoneName,
} from './machine.js';
import type { Site } from './site.js';
import { computeSizing, type GroupSize } from './sizing.js';

/** Groups whose number grows with the users keep room for it, so that those behind them never move. */
const reserved: Partial<Record<GroupName, number>> = { vault: 5, gitops: 2 };

/** Order within a zone: what never grows first, workers last. */
const addressOrder: readonly GroupName[] = [
  'lb-lan',
  'lb-integration',
  'lb-dmz',
  'vault',
  'gitops',
  'monitoring',
  'apps-master',
  'middleware-master',
  'dmz-node',
  'apps-worker',
  'middleware-worker',
];

const pairs: Record<VirtualAddress['name'], GroupName> = {
  'lan-vip': 'lb-lan',
  'int-vip': 'lb-integration',
  'dmz-vip': 'lb-dmz',
  'dmz-int-vip': 'lb-dmz',
};

/** The machines of a site with names, addresses and identities that stay when the site grows. */
export function computeInventory(site: Site): Inventory {
  const sizes = computeSizing(site);
  const addresses = numberAddresses(site, sizes);
  const machines = [...sizes]
    .sort((a, b) => groupNames.indexOf(a.group) - groupNames.indexOf(b.group))
    .flatMap((size) => namesOf(size).map((name) => machine(site, size, name, addresses.get(name) ?? '')));
  const virtualAddresses = (Object.keys(pairs) as VirtualAddress['name'][]).map((name) => ({
    name,
    group: pairs[name],
    zone: virtualAddressZones[name],
    address: addresses.get(name) ?? '',
  }));
  return { machines, virtualAddresses };
}

function namesOf({ group, count }: GroupSize): string[] {
  return Array.from({ length: count }, (_, index) => `${group}-${index + 1}`);
}

/**
 * An address for every machine and virtual address: the one the site file gives, else the next free one of the zone's
 * range. Past the range's end numbering goes on; the loader reports the range as too small.
 */
function numberAddresses(site: Site, sizes: readonly GroupSize[]): Map<string, string> {
  const given = givenAddresses(site);
  const taken = new Set(given.values());
  const numbered = new Map(given);
  for (const zone of Object.keys(site.zones) as ZoneName[]) {
    const span = rangeSpan(site.zones[zone].range);
    let next = span?.first ?? addressNumber('0.0.0.0')!;
    const take = (): string => {
      while (taken.has(addressText(next))) next += 1;
      taken.add(addressText(next));
      return addressText(next);
    };
    const groups = addressOrder
      .filter((group) => groupZones[group] === zone)
      .flatMap((group) => sizes.filter((size) => size.group === group));
    const vips = (Object.keys(pairs) as VirtualAddress['name'][]).filter(
      (name) => virtualAddressZones[name] === zone,
    );
    const wanted =
      vips.length + groups.reduce((sum, { group, count }) => sum + Math.max(count, reserved[group] ?? 0), 0);
    const roomy = span !== undefined && spanSize(span) >= wanted;
    for (const name of vips) if (!numbered.has(name)) numbered.set(name, take());
    for (const size of groups) {
      const start = next;
      for (const name of namesOf(size)) if (!numbered.has(name)) numbered.set(name, take());
      if (roomy) next = Math.max(next, start + (reserved[size.group] ?? 0));
    }
  }
  return numbered;
}

function givenAddresses(site: Site): Map<string, string> {
  const given = new Map<string, string>();
  for (const zone of Object.values(site.zones))
    for (const [name, address] of Object.entries(zone.virtualAddresses))
      if (typeof address === 'string') given.set(name, address);
  for (const [name, settings] of Object.entries(site.machines))
    if (settings.address !== undefined) given.set(name, settings.address);
  return given;
}

function machine(site: Site, size: GroupSize, name: string, address: string): Machine {
  const { group, vcpu, memoryMiB, disksGiB } = size;
  const settings = site.machines[name];
  const disks: Disk[] = [{ name: 'system', sizeGiB: disksGiB.system }];
  if (disksGiB.rancher !== undefined)
    disks.push({ name: 'rancher', sizeGiB: disksGiB.rancher, mountPoint: '/var/lib/rancher' });
  if (disksGiB.longhorn !== undefined)
    disks.push({ name: 'longhorn', sizeGiB: disksGiB.longhorn, mountPoint: '/var/lib/longhorn' });
  return {
    name,
    group,
    zone: groupZones[group],
    address,
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
