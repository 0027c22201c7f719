import type { Inventory } from '../../../config/machine.js';
import { namedServices } from '../../../config/names.js';
import type { Site } from '../../../config/site.js';

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
