import type { Command } from 'commander';
import type { Selection } from '../../config/plan-selection.js';

export type SelectionOptions = { only?: string[]; skip?: string[]; from?: string };

/** Adds `--only`, `--skip` and `--from`. */
export function withSelection(command: Command): Command {
  return command
    .option('--only <names...>', 'only these roles or phases')
    .option('--skip <names...>', 'all but these roles or phases')
    .option('--from <name>', 'this role or phase and all after it');
}

/** The selection that the options ask for. */
export function selectionOf({ only, skip, from }: SelectionOptions): Selection {
  return { ...(only && { only }), ...(skip && { skip }), ...(from !== undefined && { from }) };
}
