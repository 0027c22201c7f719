import { Command, Option } from 'commander';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { resolvePorts } from '../../config/ports/flows.js';
import { portRows, portsCsv, portsHtml } from '../output/ports.js';

/** `socle ports FILE`: what the customer's network team must open, from the one port table. */
export function portsCommand(): Command {
  return new Command('ports')
    .description('print the firewall rules that the site needs, for your network team')
    .argument('[file]', 'site file', 'site.yaml')
    .addOption(new Option('--format <format>').choices(['csv', 'html']).default('csv'))
    .action(async (file: string, { format }: { format: 'csv' | 'html' }) => {
      const site = await loadSite(file);
      const rows = portRows(resolvePorts(site, computeInventory(site)));
      process.stdout.write(format === 'html' ? portsHtml(site, rows) : portsCsv(rows));
    });
}
