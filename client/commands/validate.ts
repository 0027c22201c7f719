import { Command } from 'commander';
import { exitCodes } from '../../config/errors.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite, parseSite } from '../../config/load.js';
import { readSiteFile } from '../../config/load/read-site-file.js';
import type { Site } from '../../config/site.js';

/** `socle validate FILE`: every mistake of a site file at once; exit code 15 when there is one. Starts nothing. */
export function validateCommand(): Command {
  return new Command('validate')
    .description('check a site file: every mistake with line, path and remedy')
    .argument('[file]', 'site file', 'site.yaml')
    .option('--json', 'print the problems as JSON', false)
    .action(async (file: string, options: { json: boolean }) => {
      if (options.json) return printJson(file);
      const site = await loadSite(file);
      process.stdout.write(`${file} is right: ${summary(site)}\nNext: socle plan ${file}\n`);
    });
}

async function printJson(file: string): Promise<void> {
  const result = parseSite(await readSiteFile(file), file);
  const problems = 'problems' in result ? result.problems : [];
  process.stdout.write(`${JSON.stringify({ file, valid: problems.length === 0, problems }, null, 2)}\n`);
  if (problems.length > 0) process.exitCode = exitCodes.siteFile;
}

function summary(site: Site): string {
  const users = `${site.concurrentUsers.toLocaleString('en')} users`;
  const machines = computeInventory(site).machines.length;
  return `site ${site.name}, ${users}, ${site.hypervisor.kind}, ${machines} machines`;
}
