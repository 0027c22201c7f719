import { Command, Option } from 'commander';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { namedServices } from '../../config/names.js';
import { csvField } from '../output/ports.js';

/** `socle dns FILE`: the names that the customer's DNS must know. */
export function dnsCommand(): Command {
  return new Command('dns')
    .description('print the names and addresses of machines and services, for your DNS')
    .argument('[file]', 'site file', 'site.yaml')
    .addOption(new Option('--format <format>').choices(['bind', 'csv']).default('bind'))
    .action(async (file: string, { format }: { format: 'bind' | 'csv' }) => {
      const site = await loadSite(file);
      const inventory = computeInventory(site);
      const records = [
        ...inventory.machines.map(({ name, address }) => ({ name: `${name}.${site.domain}`, address })),
        ...namedServices(site, inventory),
      ];
      const lines =
        format === 'csv'
          ? ['name,address', ...records.map(({ name, address }) => `${csvField(name)},${address}`)]
          : [
              `; names of ${site.name}`,
              '$TTL 300',
              ...records.map(({ name, address }) => `${`${name}.`.padEnd(44)} IN A ${address}`),
            ];
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}
