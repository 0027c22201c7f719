import { Command, Option } from 'commander';
import { startStack } from '../local/stack.js';
import { untilInterrupted } from '../local/interrupted.js';
import { printLines } from '../output/print.js';

type DevOptions = { state: string; sandbox?: true; waits: 'none' | 'short' | 'realistic' };

/** `socle dev`: a Temporal server and a worker to work against; with `--sandbox` a simulated datacentre besides. */
export function devCommand(): Command {
  return new Command('dev')
    .description('run a Temporal server and a worker on this computer, until Ctrl-C')
    .option('--state <folder>', 'database, keys and logs', '.socle/dev')
    .option('--sandbox', 'and the simulated datacentre that the example sites name')
    .addOption(
      new Option('--waits <profile>', 'simulated durations')
        .choices(['none', 'short', 'realistic'])
        .default('short'),
    )
    .action(async (options: DevOptions) => {
      const interrupted = untilInterrupted();
      const stack = await startStack({
        stateFolder: options.state,
        sandbox: options.sandbox === true,
        waits: options.waits,
        say: console.log,
      });
      printLines([
        '',
        `Web UI      ${stack.ui ?? 'as your server offers it'}`,
        `In another terminal: ${stack.temporalAddress === '127.0.0.1:7233' ? '' : `TEMPORAL_ADDRESS=${stack.temporalAddress} `}npx socle deploy FILE`,
        'Ctrl-C stops all; the same --state goes on where it was.',
      ]);
      await interrupted;
      await stack.stop();
    });
}
