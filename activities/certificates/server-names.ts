import type { Inventory, Machine } from '../../config/machine.js';
import { namedServices } from '../../config/names.js';
import type { Site } from '../../config/site.js';

/** Services that stand behind a load balancer and answer there with a certificate of their own. */
const groupServices: Partial<Record<Machine['group'], readonly string[]>> = {
  vault: ['vault'],
  gitops: ['registry', 'git'],
  monitoring: ['monitoring'],
};

/**
 * What a machine's certificates are for: its own name first, which is their common name too, and the services that are
 * reached at its address or at its group's.
 */
export function serverNames(site: Site, inventory: Inventory, machine: Machine): string[] {
  const served = namedServices(site, inventory).filter(
    ({ service, address }) =>
      address === machine.address || (groupServices[machine.group]?.includes(service) ?? false),
  );
  return [machine.name, `${machine.name}.${site.domain}`, ...served.map(({ name }) => name)];
}
