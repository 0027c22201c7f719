import { Client, Connection } from '@temporalio/client';
import { readRun } from '../../client/run/read-run.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { afterTheDeployment } from './afterwards.js';
import { triedAgain } from './attempts.js';
import { deployBy } from './deploying-client.js';
import { goesOnAfter } from './going-on.js';
import { answerParks, type Parked } from './park-answers.js';
import type { Ground, Place } from './place.js';
import { drawSchedule, engineKinds, type Blow, type Counts, type Kind } from './schedule.js';
import { strike, type Struck } from './strike.js';

export type ChaosOptions = {
  place: Place;
  seed: number;
  counts: Counts;
  file: string;
  waits: 'none' | 'short' | 'realistic';
  say: (line: string) => void;
};

/** A blow that fell: how long after it was over work went on. */
export type Fallen = { struck: Struck[]; goesOnMs: number };

export type ChaosReport = {
  seed: number;
  schedule: Blow[];
  fallen: Fallen[];
  parked: Parked[];
  /** Attempts beyond each step's first. */
  retries: number;
  doubled: string[];
  /** Disturbances that did not strike because the deployment was over. */
  missed: number;
  seconds: number;
  /** What was not as it must be; nothing when the run passed. */
  findings: string[];
};

/** DESIGN section 13: work goes on within 15 s of the restart. */
export const goesOnWithinMs = 15_000;
const lookForMs = 120_000;
const deployedWithinMs = 1_200_000;

/** Deploys a site on a stack of its own while what the seed draws strikes it, and looks whether all is as it must be. */
export async function chaosRun(options: ChaosOptions): Promise<ChaosReport> {
  const started = Date.now();
  const schedule = drawSchedule(options.seed, options.counts);
  const report: ChaosReport = {
    ...{
      seed: options.seed,
      schedule,
      fallen: [],
      parked: [],
      retries: 0,
      doubled: [],
      missed: 0,
      seconds: 0,
    },
    findings: [],
  };
  const ground = await options.place.start(options.waits);
  const { stack } = ground;
  try {
    await disturbedDeployment(ground, options, report);
  } catch (error) {
    report.findings.push((error as Error).message);
  } finally {
    if (report.findings.length > 0)
      report.findings.push(`the stack said: ${stack.output.join('').slice(-1_500)}`);
    await stack.stop();
  }
  report.seconds = (Date.now() - started) / 1000;
  return report;
}

async function disturbedDeployment(
  ground: Ground,
  { file, say }: ChaosOptions,
  report: ChaosReport,
): Promise<void> {
  const { stack, journal } = ground;
  const site = await loadSite(file);
  const machines = computeInventory(site).machines.map(({ name }) => name);
  const connection = Connection.lazy({ address: (await stack.note()).temporalAddress });
  const client = new Client({ connection });
  const terminal = deployBy(stack, file, site.name);
  const parks = answerParks(stack, client, site.name);
  const phases = ['provisioning', 'preparation'].map((phase) => `site/${site.name}/${phase}`);
  const workflowIds = [`site/${site.name}`, ...phases];
  const watched = { client, journal, workflowIds, countHeartbeats: ground.slow };
  let ended = false;
  const noteEnd = (): void => void (ended = true);
  terminal.ended.then(noteEnd, noteEnd);
  try {
    for (const blow of report.schedule) {
      const due = async (): Promise<boolean> =>
        ended || (await ground.progress(client, site.name, machines.length)) >= blow.progress;
      await stack.until(due, deployedWithinMs);
      await new Promise((resolve) => setTimeout(resolve, blow.delayMs));
      if (ended) {
        report.missed += blow.disturbances.length;
        say(`  ${namesOf(blow.disturbances)} came too late`);
        continue;
      }
      const struck = await strike({ ground, client: terminal, machines, hasEnded: () => ended }, blow);
      report.missed += blow.disturbances.length - struck.length;
      if (struck.length === 0) continue;
      const overMs = Math.max(...struck.map((each) => each.overMs));
      const goesOnMs = await Promise.race([
        goesOnAfter(watched, overMs, lookForMs),
        // A client that ends has seen the end of the run: whatever was to be done is done.
        terminal.ended.then(() => Math.max(0, Date.now() - overMs)),
      ]);
      report.fallen.push({ struck, goesOnMs });
      say(
        `  ${namesOf(struck)} at ${Math.round(blow.progress * 100)} %: goes on after ${inSeconds(goesOnMs)}`,
      );
      if (isOfEngine(struck) && goesOnMs > goesOnWithinMs)
        report.findings.push(`after ${namesOf(struck)} work went on only after ${inSeconds(goesOnMs)}`);
    }
    await stack.until(async () => ended, deployedWithinMs);
    const last = await terminal.ended;
    if (last.code !== 0)
      report.findings.push(
        `the client ended with code ${last.code}: ${last.stdout.slice(-600)}${last.stderr}`,
      );
    const { status } = await readRun(client, site.name);
    if (status !== 'COMPLETED') report.findings.push(`the run ended ${status}`);
    report.retries = await triedAgain(client, phases);
  } finally {
    report.parked = await parks.stop();
    await connection.close();
  }
  if (report.parked.length > 0 && report.fallen.every(({ struck }) => isOfEngine(struck)))
    for (const { step, target, failure } of report.parked)
      report.findings.push(
        `${step} parked on ${target} although no machine and no vCenter was struck: ${failure}`,
      );
  await afterTheDeployment({ ground, file, site: site.name, machines }, report);
}

function isOfEngine(struck: readonly { kind: Kind }[]): boolean {
  return struck.every(({ kind }) => engineKinds.has(kind));
}

function namesOf(struck: readonly { kind: Kind; subject?: string }[]): string {
  return struck.map(({ kind, subject }) => (subject ? `${kind} (${subject})` : kind)).join(' + ');
}

function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
