import { addressNumber, rangeSpan, spanContains, spanSize } from '../ipv4.js';
import { groupNames, virtualAddressZones, zoneNames, type GroupName, type ZoneName } from '../machine.js';
import type { Finding } from '../problem.js';
import type { Site } from '../site.js';
import { givenAddresses } from './address-book.js';

/** What the range check must know of a computed machine. */
export type PlannedMachine = { name: string; group: GroupName; zone: ZoneName };

const pairOfVirtualAddress: Record<keyof typeof virtualAddressZones, GroupName> = {
  'lan-vip': 'lb-lan',
  'int-vip': 'lb-integration',
  'dmz-vip': 'lb-dmz',
  'dmz-int-vip': 'lb-dmz',
};

/** Ranges that hold fewer addresses than the computed machines and virtual addresses need. */
export function rangeFindings(site: Site, machines: readonly PlannedMachine[]): Finding[] {
  return zoneNames.flatMap((zone): Finding[] => {
    const { range } = site.zones[zone];
    const span = rangeSpan(range);
    if (span === undefined) return [];
    const taken = givenAddresses(site).filter(({ address }) =>
      spanContains(span, addressNumber(address) ?? -1),
    ).length;
    const demands = groupNames
      .map((group) => demandOf(site, group, zone, machines))
      .filter(({ count }) => count > 0);
    const needed = demands.reduce((sum, { count }) => sum + count, 0);
    if (needed <= spanSize(span) - taken) return [];
    const held = `${range} holds ${spanSize(span)} addresses${taken === 0 ? '' : `, ${taken} of them given away`}`;
    const what = demands.map(({ text }) => text).join(', ');
    return [
      {
        path: ['zones', zone, 'range'],
        message: `${held}, the plan needs ${needed} (${what}). Widen it or lower concurrentUsers.`,
      },
    ];
  });
}

function demandOf(
  site: Site,
  group: GroupName,
  zone: ZoneName,
  machines: readonly PlannedMachine[],
): { count: number; text: string } {
  const nodes = machines.filter(
    (machine) =>
      machine.group === group && machine.zone === zone && site.machines[machine.name]?.address === undefined,
  ).length;
  const virtual = Object.entries(virtualAddressZones).filter(
    ([name, itsZone]) =>
      itsZone === zone &&
      pairOfVirtualAddress[name as keyof typeof virtualAddressZones] === group &&
      site.zones[zone].virtualAddresses[name as keyof typeof virtualAddressZones] === undefined,
  ).length;
  const text = virtual === 0 ? `${group} ${nodes}` : `${group} ${nodes} machines + ${virtual} virtual`;
  return { count: nodes + virtual, text };
}
