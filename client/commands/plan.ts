import { Command, Option } from 'commander';
import { explainSizing } from '../../config/sizing.js';
import { planSite } from '../plan-site.js';
import { printJson, printLines } from '../output/print.js';
import { renderPlan } from '../output/plan.js';
import { renderSizing } from '../output/sizing.js';
import { selectionOf, withSelection, type SelectionOptions } from './selection-options.js';

type PlanOptions = SelectionOptions & { json?: true; explain?: 'sizing' };

/** `socle plan FILE`: what a deployment would run, from the file alone; no system is asked. */
export function planCommand(): Command {
  return withSelection(new Command('plan'))
    .description('show phases, roles, steps, machines and gates of a site; asks no system')
    .argument('<file>', 'site file')
    .addOption(new Option('--explain <what>', 'show how the machines were computed').choices(['sizing']))
    .option('--json', 'print the plan as JSON (docs/plan.schema.json)')
    .action(async (file: string, options: PlanOptions) => {
      const { plan, hash } = await planSite(file, 'apply', selectionOf(options));
      if (options.json && options.explain) return printJson(explainSizing(plan.site));
      if (options.json) return printJson({ hash, plan });
      if (options.explain) return printLines(renderSizing(explainSizing(plan.site)));
      printLines(renderPlan(plan, hash, file));
    });
}
