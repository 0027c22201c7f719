import { Command } from 'commander';
import { connected } from '../connect.js';
import { renderBackups } from '../output/backups.js';
import { printJson, printLines } from '../output/print.js';
import { renderRun } from '../output/run.js';
import { renderSummary } from '../output/summary.js';
import { historyUrl } from '../run/history-url.js';
import { outcomeCode } from '../run/outcome-code.js';
import { readBackups } from '../run/read-backups.js';
import { readRun } from '../run/read-run.js';
import { siteNamed } from '../run/site-named.js';
import { watchAndReport } from '../run/watch-and-report.js';
import { whoAmI } from '../who.js';
import { exitCodes } from '../../config/errors.js';

/** `socle status SITE`: where the run is, once. */
export function statusCommand(): Command {
  return new Command('status')
    .description('show where the run of a site is, what waits for you, and what to type')
    .argument('<site>', 'name of the site, its file, or a run id such as check/…')
    .option('--details', 'show every role and every retried step')
    .option('--json', 'print as JSON')
    .action(async (word: string, options: { json?: true; details?: true }) => {
      const site = await siteNamed(word);
      await connected(async ({ client, namespace }) => {
        const view = await readRun(client, site);
        const backups = site.includes('/') ? undefined : await readBackups(client, site);
        if (options.json) printJson({ ...view, ...(backups && { backups }) });
        else printLines(renderRun(view, { now: Date.now(), details: options.details === true }));
        if (!options.json && view.status !== 'RUNNING')
          printLines(['', ...renderSummary(view, historyUrl(namespace, view.workflowId, view.runId))]);
        if (!options.json && backups)
          printLines(['', ...renderBackups(backups, site === word ? 'FILE' : word, Date.now())]);
        const parked = Object.values(view.open).some((phase) => phase.parked.length > 0);
        process.exitCode =
          view.status === 'RUNNING' ? (parked ? exitCodes.parked : exitCodes.ok) : outcomeCode(view);
      });
    });
}

/** `socle watch SITE`: the live view, until the run ends; leaving it does not stop the run. */
export function watchCommand(): Command {
  return new Command('watch')
    .description('watch the run of a site; q or Ctrl-C leaves, the run goes on')
    .argument('<site>', 'name of the site, its file, or a run id such as check/…')
    .option('--as <name>', 'who answers gates by key')
    .option('--json', 'print the outcome as JSON when the run has ended')
    .action(async (word: string, options: { as?: string; json?: true }) => {
      const site = await siteNamed(word);
      process.exitCode = await connected((connection) =>
        watchAndReport(connection, site, {
          who: whoAmI(options.as),
          asksFirst: false,
          ...(options.json && { json: true }),
        }),
      );
    });
}
