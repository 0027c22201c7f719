import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { exitCodes, UserError } from '../../config/errors.js';
import { connected } from '../connect.js';
import { planSite, type PlannedSite } from '../plan-site.js';
import { count } from '../output/text.js';
import { onFailureOption } from './on-failure-option.js';
import { runAndWatch, type DeployOptions } from './deploy.js';

type RemoveOptions = Pick<
  DeployOptions,
  'as' | 'detach' | 'json' | 'onFailure' | 'only' | 'withoutBackup'
> & {
  confirm?: string;
};

/** `socle remove FILE`: takes a site, or roles of it, away. */
export function removeCommand(): Command {
  return new Command('remove')
    .description('remove a site and its machines, or with --only what a role did')
    .argument('<file>', 'site file')
    .option('--only <roles...>', 'undo only these roles, inside the machines')
    .option('--confirm <name>', "the site's name, instead of being asked for it")
    .option('--without-backup', 'remove data of which no backup younger than 24 hours is there')
    .addOption(onFailureOption('what a failed step does'))
    .option('--as <name>', 'who starts the run')
    .option('--detach', 'start it and return')
    .option('--json', 'print the outcome as JSON')
    .action(async (file: string, options: RemoveOptions) => {
      const planned = await planSite(file, 'remove', {
        selection: options.only ? { only: options.only } : {},
      });
      await confirmed(planned, options.confirm, options.only);
      process.exitCode = await connected((connection) => runAndWatch(connection, planned, file, options));
    });
}

async function confirmed(
  { plan }: PlannedSite,
  given: string | undefined,
  only: string[] | undefined,
): Promise<void> {
  const what = only
    ? only.join(', ')
    : `${count(plan.machines.length, 'machine')}, those that earlier plans left, and their data`;
  const name =
    given ??
    (process.stdin.isTTY
      ? await ask(`This removes ${what} of ${plan.site.name}. Type its name: `)
      : undefined);
  if (name === plan.site.name) return;
  throw new UserError(
    `Nothing was removed. To remove ${what}, give the site's name: --confirm ${plan.site.name}`,
    exitCodes.usage,
  );
}

async function ask(question: string): Promise<string> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await prompt.question(question)).trim();
  } finally {
    prompt.close();
  }
}
