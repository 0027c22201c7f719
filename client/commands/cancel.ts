import { Command } from 'commander';
import { connected } from '../connect.js';
import { cancelNow } from '../run/answer.js';
import { printJson } from '../output/print.js';
import { readRun } from '../run/read-run.js';
import { siteNamed } from '../run/site-named.js';
import { whoAmI } from '../who.js';

/** `socle cancel SITE [--now]`. */
export function cancelCommand(): Command {
  return new Command('cancel')
    .description('end a run: no new step starts, running ones finish; deploying again goes on from there')
    .argument('<site>', 'name of the site, its file, or a run id such as check/…')
    .option('--now', 'stop running steps at their next safe point')
    .option('--as <name>', 'who cancels')
    .option('--json', 'print as JSON')
    .action(async (word: string, options: { now?: true; as?: string; json?: true }) => {
      const site = await siteNamed(word);
      await connected(async ({ client }) => {
        const view = await readRun(client, site);
        if (options.now)
          for (const phase of Object.keys(view.open))
            await cancelNow(client, `${view.workflowId}/${phase}`, view.hash, whoAmI(options.as));
        await client.workflow.getHandle(view.workflowId, view.runId).cancel();
        if (options.json)
          return printJson({ workflowId: view.workflowId, runId: view.runId, now: !!options.now });
        console.log(
          `${view.site}: ${options.now ? 'stopping' : 'ends when its running steps are done'}. Watch it: socle watch ${site}`,
        );
      });
    });
}
