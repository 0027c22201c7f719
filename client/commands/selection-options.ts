import type { Command } from 'commander';
import type { PlanRequest } from '../../config/plan-request.js';

export type SelectionOptions = { only?: string[]; skip?: string[]; from?: string; prune?: true };

/** Adds what decides which plan is made of a site: `--only`, `--skip`, `--from` and `--prune`. */
export function withSelection(command: Command): Command {
  return command
    .option('--only <names...>', 'only these roles or phases')
    .option('--skip <names...>', 'all but these roles or phases')
    .option('--from <name>', 'this role or phase and all after it')
    .option(
      '--prune',
      'also delete machines of the site that the plan no longer has, with their disks; in this version roles do not leave them first',
    );
}

/** The part of a plan's request that the options ask for. */
export function selectionOf({
  only,
  skip,
  from,
  prune,
}: SelectionOptions): Pick<PlanRequest, 'selection' | 'prune'> {
  return {
    selection: { ...(only && { only }), ...(skip && { skip }), ...(from !== undefined && { from }) },
    ...(prune && { prune }),
  };
}
