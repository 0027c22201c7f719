import { Command } from 'commander';
import { expectedPhaseMs } from '../../config/expected-time.js';
import { connected, type Connected } from '../connect.js';
import { printJson, printLines } from '../output/print.js';
import { planHead } from '../output/plan.js';
import { planSite, type PlannedSite } from '../plan-site.js';
import { historyUrl } from '../run/history-url.js';
import { startRun, type StartOptions } from '../run/start-run.js';
import { watchAndReport } from '../run/watch-and-report.js';
import { whoAmI } from '../who.js';
import { onFailureOption } from './on-failure-option.js';
import { selectionOf, withSelection, type SelectionOptions } from './selection-options.js';

export type DeployOptions = SelectionOptions & {
  as?: string;
  detach?: true;
  dryRun?: true;
  json?: true;
  onFailure?: 'wait' | 'abort';
  yes?: true;
  ignorePreflight?: string[];
  withoutBackup?: true;
};

/** `socle deploy FILE`: starts the run of a site and watches it. */
export function deployCommand(): Command {
  return withSelection(new Command('deploy'))
    .description('deploy a site, or bring it back to what its file says')
    .argument('<file>', 'site file')
    .option('--dry-run', 'ask every system what would change; change nothing')
    .option('--yes', 'answer every gate in your name; parked steps still wait for you')
    .addOption(
      onFailureOption(
        'wait: park the step for your decision; abort: end the run (default without a terminal)',
      ),
    )
    .option('--ignore-preflight <names...>', 'preflight checks that may fail')
    .option('--as <name>', 'who starts the run')
    .option('--detach', 'start it and return')
    .option('--json', 'print the outcome as JSON')
    .action(async (file: string, options: DeployOptions) => {
      const planned = await planSite(file, options.dryRun ? 'check' : 'apply', selectionOf(options));
      process.exitCode = await connected((connection) => runAndWatch(connection, planned, file, options));
    });
}

/**
 * Starts a planned run, watches it to its end unless detached, and prints the outcome.
 * @param demo aborted when the demo ends.
 * @returns the exit code.
 */
export async function runAndWatch(
  connection: Connected,
  planned: PlannedSite,
  file: string,
  options: DeployOptions,
  demo?: AbortSignal,
): Promise<number> {
  const terminal = process.stdout.isTTY && !options.json;
  const startedBy = whoAmI(options.as);
  const runOptions: StartOptions = {
    startedBy,
    onFailure: options.onFailure ?? (terminal ? 'wait' : 'abort'),
    approveAll: options.yes === true,
    ignorePreflight: options.ignorePreflight ?? [],
    ...(planned.plan.mode === 'remove' && !options.withoutBackup && { freshBackups: true }),
  };
  if (!options.json) printLines([...planHead(planned.plan, planned.hash), '']);
  const started = await startRun(connection, planned, runOptions);
  const url = historyUrl(connection.namespace, started.workflowId, started.runId);
  const name = planned.plan.mode === 'check' ? started.workflowId : planned.plan.site.name;
  if (options.detach) {
    if (options.json) printJson({ ...started, hash: planned.hash, history: url });
    else printLines([`Started. Watch it: socle watch ${name}`, `History: ${url}`]);
    return 0;
  }
  return watchAndReport(connection, name, {
    who: startedBy,
    json: options.json === true,
    asksFirst: true,
    ...(planned.plan.mode === 'apply' && { expected: expectedPhaseMs(planned.plan) }),
    ...(demo && { demo }),
  });
}
