import { addressNumber, networkSpan, spanContains } from '../ipv4.js';
import type { SparseSite } from '../load/prune.js';
import { pathText, type Finding } from '../problem.js';
import { givenAddresses } from './address-book.js';

/** Addresses given twice, outside their zone, or that no machine can bear. */
export function addressFindings(site: SparseSite): Finding[] {
  return [...duplicates(site), ...strangers(site), ...misplacedVirtualAddresses(site)];
}

function duplicates(site: SparseSite): Finding[] {
  const owners = new Map<string, string>();
  return givenAddresses(site).flatMap(({ path, address }): Finding[] => {
    const owner = owners.get(address);
    if (owner === undefined) owners.set(address, pathText(path));
    return owner === undefined
      ? []
      : [{ path, message: `${address} is already given to ${owner}. Choose a free address` }];
  });
}

function strangers(site: SparseSite): Finding[] {
  return givenAddresses(site).flatMap(({ path, address, zone }): Finding[] => {
    const cidr = zone === undefined ? undefined : site.zones?.[zone]?.cidr;
    const span = cidr === undefined ? undefined : networkSpan(cidr);
    const number = addressNumber(address);
    if (zone === undefined || cidr === undefined || span === undefined || number === undefined) return [];
    if (!spanContains(span, number)) {
      return [
        { path, message: `${address} is outside zone ${zone} (${cidr}). Choose an address of that network` },
      ];
    }
    if (number !== span.first && number !== span.last) return [];
    const what = number === span.first ? 'network' : 'broadcast';
    return [
      {
        path,
        message: `${address} is the ${what} address of ${cidr}. Choose another address of that network`,
      },
    ];
  });
}

function misplacedVirtualAddresses(site: SparseSite): Finding[] {
  return givenAddresses(site).flatMap(({ path, zone }): Finding[] =>
    path[2] === 'virtualAddresses' && path[1] !== zone
      ? [
          {
            path,
            message: `this virtual address belongs to zone ${zone}. Move it to zones.${zone}.virtualAddresses`,
          },
        ]
      : [],
  );
}
