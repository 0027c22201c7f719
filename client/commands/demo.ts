import { rm } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { connected } from '../connect.js';
import { untilInterrupted } from '../local/interrupted.js';
import { startStack, type Stack } from '../local/stack.js';
import { printLines } from '../output/print.js';
import { planSite } from '../plan-site.js';
import { watchAndReport } from '../run/watch-and-report.js';
import { whoAmI } from '../who.js';
import { expectedPhaseMs } from '../../config/expected-time.js';
import { exitCodes } from '../../config/errors.js';
import { openRunOf } from '../run/open-run.js';
import { runAndWatch } from './deploy.js';

type DemoOptions = {
  site: string;
  state: string;
  yes?: true;
  keep?: true;
  fresh?: true;
  waits: 'none' | 'short' | 'realistic';
};

/** `npm run demo`: the real server, worker and CLI deploy an example site onto a simulated datacentre. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('deploy an example site onto a simulated datacentre on this computer')
    .option('--site <file>', 'site file', 'examples/site-100.yaml')
    .option('--state <folder>', 'database, journal, keys and logs', '.socle/demo')
    .option('--yes', 'answer the gates')
    .option('--keep', 'go on running afterwards, until Ctrl-C')
    .option('--fresh', 'wipe the state first')
    .addOption(
      new Option('--waits <profile>', 'simulated durations')
        .choices(['none', 'short', 'realistic'])
        .default('short'),
    )
    .action(async (options: DemoOptions) => {
      if (options.fresh) await rm(options.state, { recursive: true, force: true });
      const ending = new AbortController();
      const interrupted = untilInterrupted().then(() => {
        ending.abort();
        return exitCodes.canceled;
      });
      const stack = await startStack({
        stateFolder: options.state,
        sandbox: true,
        waits: options.waits,
        say: console.log,
      });
      try {
        process.exitCode = await Promise.race([deployExample(options, stack, ending.signal), interrupted]);
        if (options.keep && !ending.signal.aborted) {
          printLines([
            '',
            'Still running until Ctrl-C.',
            `  Web UI      ${stack.ui ?? ''}`,
            `  Simulated   ${stack.control ?? ''}/journal   all that was done to it`,
          ]);
          await interrupted;
        }
      } finally {
        await stack.stop();
      }
      process.exit(process.exitCode);
    });
}

async function deployExample({ site, yes }: DemoOptions, stack: Stack, demo: AbortSignal): Promise<number> {
  if (stack.ui) console.log(`Web UI: ${stack.ui}\n`);
  const answersItself = yes === true || !process.stdout.isTTY;
  const planned = await planSite(site, 'apply');
  const { name } = planned.plan.site;
  return connected(async (connection) => {
    if (!(await openRunOf(connection.client, name)))
      return runAndWatch(connection, planned, site, { ...(answersItself && { yes: true }) }, demo);
    console.log(`${name}: a run is under way, going on with it\n`);
    return watchAndReport(connection, name, {
      who: whoAmI(undefined),
      asksFirst: true,
      expected: expectedPhaseMs(planned.plan),
      demo,
    });
  });
}
