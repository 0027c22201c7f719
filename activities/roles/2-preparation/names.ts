import type { Inventory, Machine } from '../../../config/machine.js';
import { namedServices } from '../../../config/names.js';
import type { Plan } from '../../../config/plan-types.js';
import type { Site } from '../../../config/site.js';
import { file } from '../../host/file.js';
import { hostname } from '../../host/hostname.js';
import type { Resource } from '../../host/resource.js';
import type { PrepareVmsInputs } from './inputs.js';
import { dnsServersOf, resolver } from './resolver.js';

/** cloud-init must not undo at the next boot what is prepared here. */
const cloudInit = `network: {config: disabled}
ssh_deletekeys: false
preserve_hostname: true
manage_etc_hosts: false
`;

/** Name, names of others, name servers. */
export function names(plan: Plan, machine: Machine, inputs: PrepareVmsInputs): Resource[] {
  const { site } = plan;
  return [
    file({ path: '/etc/cloud/cloud.cfg.d/99-socle.cfg', content: cloudInit }),
    hostname(machine.name),
    file({ path: '/etc/hosts', content: hostsFile(site, plan, machine.name) }),
    ...(inputs.network === 'unmanaged'
      ? []
      : [resolver({ dnsServers: dnsServersOf(site, machine), searchDomain: site.domain })]),
  ];
}

/** Content of /etc/hosts. With `dns.mode: hosts` it names every machine and service of the platform. */
export function hostsFile(site: Site, inventory: Inventory, name: string): string {
  const known = site.dns.mode === 'hosts';
  const machines = inventory.machines.filter((machine) => known || machine.name === name);
  const services = known ? namedServices(site, inventory) : [];
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...machines.map((machine) => `${machine.address} ${machine.name}.${site.domain} ${machine.name}`),
    ...services.map((service) => `${service.address} ${service.name}`),
    '',
  ].join('\n');
}
