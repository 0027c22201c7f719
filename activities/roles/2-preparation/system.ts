import type { Machine } from '../../../config/machine.js';
import type { Plan } from '../../../config/plan-types.js';
import { prefixLength } from '../../../config/ipv4.js';
import { splitHostPort } from '../../../config/site/address.js';
import { cardName } from '../../host/card-name.js';
import { file } from '../../host/file.js';
import { hostname } from '../../host/hostname.js';
import { staticNetwork } from '../../host/network.js';
import type { Resource } from '../../host/resource.js';
import type { PrepareVmsInputs } from './inputs.js';
import { hostsFile } from './names.js';
import { resolver } from './resolver.js';

/** cloud-init must not undo at the next boot what is prepared here. */
const cloudInit = `network: {config: disabled}
ssh_deletekeys: false
preserve_hostname: true
manage_etc_hosts: false
`;

/** Name, names of others, network, name servers. */
export function system(plan: Plan, machine: Machine, inputs: PrepareVmsInputs): Resource[] {
  const { site } = plan;
  const zone = site.zones[machine.zone];
  const dnsServers = (zone.dns ?? site.dns.servers).map((server) => splitHostPort(server, 53).host);
  const card = {
    ...(zone.interface === undefined ? {} : { card: zone.interface }),
    address: machine.address,
  };
  return [
    file({ path: '/etc/cloud/cloud.cfg.d/99-socle.cfg', content: cloudInit }),
    hostname(machine.name),
    file({ path: '/etc/hosts', content: hostsFile(site, plan, machine.name) }),
    ...(inputs.network === 'unmanaged'
      ? []
      : [
          resolver({ dnsServers, searchDomain: site.domain }),
          cardName(card),
          staticNetwork({
            ...card,
            prefixLength: prefixLength(zone.cidr),
            gateway: zone.gateway,
            dnsServers,
            searchDomain: site.domain,
            mtu: zone.mtu,
          }),
        ]),
  ];
}
