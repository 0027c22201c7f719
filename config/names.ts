import type { Inventory, VirtualAddress } from './machine.js';
import type { Site } from './site.js';
import { serviceNames, type ServiceName } from './site/names.js';

/** A name that people or other systems use, and the address it stands for. */
export type NamedService = { service: ServiceName; name: string; address: string };

/** What does not stand behind lb-integration. */
const servedBy: Partial<Record<ServiceName, VirtualAddress['name']>> = {
  portal: 'lan-vip',
  internal: 'lan-vip',
  backoffice: 'lan-vip',
  gco: 'lan-vip',
  api: 'lan-vip',
  'public-api': 'dmz-vip',
};

/** Every service of the site with its name and address: what the customer's DNS, or /etc/hosts, must say. */
export function namedServices(site: Site, inventory: Inventory): NamedService[] {
  return serviceNames.flatMap((service) => {
    const settings = site.names[service];
    const address = settings?.address ?? defaultAddress(service, inventory);
    return address === undefined
      ? []
      : [{ service, name: settings?.name ?? `${service}.${site.domain}`, address }];
  });
}

function defaultAddress(service: ServiceName, inventory: Inventory): string | undefined {
  if (service === 'monitoring')
    return inventory.machines.find(({ group }) => group === 'monitoring')?.address;
  const gitops = inventory.machines.filter(({ group }) => group === 'gitops');
  if ((service === 'registry' || service === 'git') && gitops.length === 1) return gitops[0]?.address;
  return inventory.virtualAddresses.find(({ name }) => name === (servedBy[service] ?? 'int-vip'))?.address;
}
