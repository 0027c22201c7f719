import { Command } from 'commander';
import { loadSite } from '../../config/load.js';
import type { ForZones } from '../../laboratory/impairment.js';
import { forZones } from '../local/for-zones.js';
import { untilInterrupted } from '../local/interrupted.js';
import { printLines } from '../output/print.js';

/** `socle lab`: real machines on this computer. Loads the laboratory only when it is asked for. */
export function labCommand(): Command {
  return new Command('lab')
    .description('a small datacentre of real machines on this computer (Linux, root)')
    .addCommand(
      new Command('up')
        .description('build it and run Temporal and a worker for it, until Ctrl-C')
        .option('--site <file>', 'site file whose networks and services it has', 'examples/site-lab.yaml')
        .option(
          '--latency <ms>',
          'round trip into a zone takes longer by this: 20, or dmz=20,lan=5',
          (text) => forZones(text, 10_000),
        )
        .option('--loss <percent>', 'of the packets, in each direction: 1, or dmz=1', (text) =>
          forZones(text, 100),
        )
        .option(
          '--with-packages',
          'the template has already what prepare-vms installs: faster, and proves less',
        )
        .option('--store <folder>', 'what its artefact store serves: a folder that artifacts fetch filled')
        .action(up),
    )
    .addCommand(new Command('down').description('end it, and take away what a killed one left').action(down))
    .addCommand(new Command('status').description('say what runs').action(status));
}

type UpOptions = { site: string; latency?: ForZones; loss?: ForZones; withPackages?: true; store?: string };

async function up({ site: file, latency = 0, loss = 0, withPackages, store }: UpOptions): Promise<void> {
  const { withLaboratory } = await import('../local/with-laboratory.js');
  const { preparationPackages } = await import('../../laboratory/mirror.js');
  const site = await loadSite(file);
  const interrupted = untilInterrupted();
  const options = {
    installed: withPackages ? preparationPackages : [],
    impairment: { latencyMs: latency, lossPercent: loss },
    ...(store === undefined ? {} : { store }),
  };
  await withLaboratory(site, options, async ({ stack }) => {
    printLines([
      '',
      `Web UI      ${stack.ui ?? 'as your server offers it'}`,
      `In another terminal: ${stack.temporalAddress === '127.0.0.1:7233' ? '' : `TEMPORAL_ADDRESS=${stack.temporalAddress} `}npx socle deploy ${file}`,
      'Ctrl-C stops all and takes it away.',
    ]);
    await interrupted;
  });
  process.exit();
}

async function down(): Promise<void> {
  const { endRunning, runningLaboratory, takeDown } = await import('../../laboratory/take-down.js');
  const running = await runningLaboratory();
  if (running !== undefined) {
    console.log(`Process ${running} runs a laboratory; it is asked to end`);
    await endRunning(running);
  }
  const taken = await takeDown();
  console.log(
    taken.length === 0 && running === undefined
      ? 'There is no laboratory here.'
      : `Taken away: ${taken.length === 0 ? 'all of it, by itself' : taken.join(', ')}`,
  );
}

async function status(): Promise<void> {
  const { runningLaboratory } = await import('../../laboratory/take-down.js');
  const { machineStates, temporalAddress } = await import('../../laboratory/state.js');
  const { renderLaboratory } = await import('../output/laboratory.js');
  const pid = await runningLaboratory();
  const running = pid === undefined ? undefined : { pid, temporalAddress: await temporalAddress() };
  printLines(renderLaboratory(running, await machineStates()));
}
