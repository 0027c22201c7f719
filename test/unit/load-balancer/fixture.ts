import { computeInventory } from '../../../config/inventory.js';
import { loadSite } from '../../../config/load.js';
import type { Inventory, Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';

export type Example = {
  site: Site;
  inventory: Inventory;
  pairs: Machine[];
  machine: (name: string) => Machine;
};

/** An example site with its machines; `pairs` are those of the load balancers. */
export async function example(name: string): Promise<Example> {
  const site = await loadSite(new URL(`../../../examples/${name}.yaml`, import.meta.url).pathname);
  const inventory = computeInventory(site);
  return {
    site,
    inventory,
    pairs: inventory.machines.filter(({ group }) => group.startsWith('lb-')),
    machine: (wanted) => {
      const found = inventory.machines.find((candidate) => candidate.name === wanted);
      if (!found) throw new Error(`${name} has no machine ${wanted}`);
      return found;
    },
  };
}
