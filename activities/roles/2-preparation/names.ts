import type { Inventory } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { serviceNames, type ServiceName } from '../../../config/site/names.js';
import type { VirtualAddress } from '../../../config/machine.js';

/** The address that a service is reached at: DESIGN 11. What is not named here stands behind lb-integration. */
const servedBy: Partial<Record<ServiceName, VirtualAddress['name']>> = {
  portal: 'lan-vip',
  internal: 'lan-vip',
  backoffice: 'lan-vip',
  gco: 'lan-vip',
  api: 'lan-vip',
  'public-api': 'dmz-vip',
};

/** Content of /etc/hosts. With `dns.mode: hosts` it names every machine and service of the platform. */
export function hostsFile(site: Site, inventory: Inventory, name: string): string {
  const known = site.dns.mode === 'hosts';
  const machines = inventory.machines.filter((machine) => known || machine.name === name);
  return [
    '127.0.0.1 localhost',
    '::1 localhost ip6-localhost ip6-loopback',
    ...machines.map((machine) => `${machine.address} ${machine.name}.${site.domain} ${machine.name}`),
    ...(known ? serviceLines(site, inventory) : []),
    '',
  ].join('\n');
}

function serviceLines(site: Site, inventory: Inventory): string[] {
  return serviceNames.flatMap((service) => {
    const settings = site.names[service];
    const address = settings?.address ?? defaultAddress(service, inventory);
    return address === undefined ? [] : [`${address} ${settings?.name ?? `${service}.${site.domain}`}`];
  });
}

function defaultAddress(service: ServiceName, inventory: Inventory): string | undefined {
  if (service === 'monitoring')
    return inventory.machines.find(({ group }) => group === 'monitoring')?.address;
  const gitops = inventory.machines.filter(({ group }) => group === 'gitops');
  if ((service === 'registry' || service === 'git') && gitops.length === 1) return gitops[0]?.address;
  const wanted = servedBy[service] ?? 'int-vip';
  return inventory.virtualAddresses.find(({ name }) => name === wanted)?.address;
}
