import { addressNumber, networkSpan, rangeSpan, spanContains, spansOverlap } from '../ipv4.js';
import type { SparseSite } from '../load/prune.js';
import { zoneNames, type ZoneName } from '../machine.js';
import type { Finding } from '../problem.js';

/** Zones that overlap, and ranges that leave their zone or take its gateway. The gateway itself: addresses.ts. */
export function zoneFindings(site: SparseSite): Finding[] {
  return zoneNames.flatMap((zone, index) => [
    ...overlaps(site, zone, zoneNames.slice(0, index)),
    ...rangeFaults(site, zone),
  ]);
}

function overlaps(site: SparseSite, zone: ZoneName, earlier: readonly ZoneName[]): Finding[] {
  const cidr = site.zones?.[zone]?.cidr;
  const span = cidr === undefined ? undefined : networkSpan(cidr);
  return earlier.flatMap((other): Finding[] => {
    const otherCidr = site.zones?.[other]?.cidr;
    const otherSpan = otherCidr === undefined ? undefined : networkSpan(otherCidr);
    if (span === undefined || otherSpan === undefined || !spansOverlap(span, otherSpan)) return [];
    const message = `${cidr} overlaps zone ${other} (${otherCidr}). Give each zone a network of its own`;
    return [{ path: ['zones', zone, 'cidr'], message }];
  });
}

function rangeFaults(site: SparseSite, zone: ZoneName): Finding[] {
  const { cidr, range, gateway } = site.zones?.[zone] ?? {};
  const network = cidr === undefined ? undefined : networkSpan(cidr);
  const span = range === undefined ? undefined : rangeSpan(range);
  if (network === undefined || span === undefined) return [];
  const path = ['zones', zone, 'range'];
  if (!spanContains(network, span))
    return [{ path, message: `${range} is not inside ${cidr}. Keep it within the zone's network` }];
  if (span.first === network.first || span.last === network.last) {
    return [{ path, message: `${range} takes the network or broadcast address of ${cidr}. Leave both out` }];
  }
  const gatewayNumber = gateway === undefined ? undefined : addressNumber(gateway);
  if (gatewayNumber === undefined || !spanContains(span, gatewayNumber)) return [];
  return [{ path, message: `${range} takes the gateway ${gateway}. Leave it out of the range` }];
}
