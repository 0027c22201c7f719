import { prefixLength } from '../../../config/ipv4.js';
import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { cardName } from '../../host/card-name.js';
import { staticNetwork } from '../../host/network.js';
import type { Resource } from '../../host/resource.js';
import type { PrepareVmsInputs } from './inputs.js';
import { dnsServersOf } from './resolver.js';

/** The card and its static address. */
export function network(site: Site, machine: Machine, inputs: PrepareVmsInputs): Resource[] {
  if (inputs.network === 'unmanaged') return [];
  const zone = site.zones[machine.zone];
  const card = {
    ...(zone.interface === undefined ? {} : { card: zone.interface }),
    address: machine.address,
  };
  return [
    cardName(card),
    staticNetwork({
      ...card,
      prefixLength: prefixLength(zone.cidr),
      gateway: zone.gateway,
      dnsServers: dnsServersOf(site, machine),
      searchDomain: site.domain,
      mtu: zone.mtu,
    }),
  ];
}
