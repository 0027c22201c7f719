import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { chaosRun, type ChaosReport } from './chaos-run.js';
import { laboratoryPlace } from './laboratory-place.js';
import { rowsOf, tableOf } from './report.js';
import { sandboxPlace } from './sandbox-place.js';
import { evenCounts, kinds, type Counts } from './schedule.js';

const named = kinds.map((kind) => kind.replaceAll(' ', '-'));

const usage = `npm run test:chaos -- [options]
  --runs N           how many runs (5)
  --seed N           seed of the first; the others follow it (1)
  --disturbances N   in each run, of kinds drawn from the seed (8)
  --only KIND=N,…    these kinds alone, so many of each: ${named.join(', ')}
  --laboratory       on real machines, as \`socle lab up\` makes them, instead of the sandbox
  --site FILE        what is deployed (examples/site-100.yaml; examples/site-lab.yaml with the real Vault)
  --waits PROFILE    simulated durations: none, short, realistic (short)
  --report FILE      the JSON report (.socle/chaos/report.json)`;

/** `npm run test:chaos`: deploys a site again and again while everything around it is killed, frozen and cut off. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      disturbances: { type: 'string', default: '8' },
      only: { type: 'string' },
      laboratory: { type: 'boolean', default: false },
      site: { type: 'string' },
      waits: { type: 'string', default: 'short' },
      report: { type: 'string', default: '.socle/chaos/report.json' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const waits = (['none', 'short', 'realistic'] as const).find((profile) => profile === values.waits);
  if (!waits) throw new Error(`--waits ${values.waits}: there are none, short, realistic`);
  const place = values.laboratory ? laboratoryPlace : sandboxPlace;
  const file = values.site ?? place.file;
  const first = wholeNumber('seed', values.seed);
  const reports: ChaosReport[] = [];
  for (let seed = first; seed < first + wholeNumber('runs', values.runs); seed += 1) {
    const counts = values.only
      ? countsIn(values.only)
      : evenCounts(seed, wholeNumber('disturbances', values.disturbances), place.kinds);
    console.log(`seed ${seed}`);
    const report = await chaosRun({ place, seed, counts, file, waits, say: console.log });
    reports.push(report);
    tell(report, process.argv.slice(2));
    await keep(values.report, reports, { site: file, ...(values.laboratory ? {} : { waits }) });
  }
  for (const line of tableOf(reports)) console.log(line);
  console.log(`Report: ${values.report}`);
  return reports.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

function tell({ seed, findings, parked, retries, seconds }: ChaosReport, given: readonly string[]): void {
  for (const { step, target, failure } of parked)
    console.log(`  parked, retried: ${step} on ${target}: ${failure.slice(0, 200)}`);
  if (findings.length === 0) {
    console.log(`  as it must be, ${seconds.toFixed(0)} s, steps tried again: ${retries}`);
    return;
  }
  for (const finding of findings) console.log(`  ${finding}`);
  // What is said twice counts as it is said last: the same options, then this seed alone.
  const options = [...given, '--seed', String(seed), '--runs', '1'].join(' ');
  console.log(`failed: seed ${seed} (npm run test:chaos -- ${options})`);
}

/** Written after each run: what was seen is kept when a later run is stopped. */
async function keep(
  path: string,
  reports: readonly ChaosReport[],
  under: { site: string; waits?: string },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const machine = { cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  await writeFile(
    path,
    `${JSON.stringify({ machine, ...under, rows: rowsOf(reports), runs: reports }, null, 2)}\n`,
  );
}

function countsIn(text: string): Counts {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [name = '', count = '1'] = part.split('=');
      const kind = kinds.find((known) => known === name.trim().replaceAll('-', ' '));
      if (!kind) throw new Error(`--only ${name}: there are ${named.join(', ')}`);
      return [kind, wholeNumber('only', count)];
    }),
  );
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${option} ${text} is not a whole number`);
  return Number(text);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error((error as Error).message);
    process.exit(2);
  },
);
