import { readFile } from 'node:fs/promises';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { connected } from '../client/connect.js';
import { startStack, type Stack } from '../client/local/stack.js';
import { planSite } from '../client/plan-site.js';
import { startRun } from '../client/run/start-run.js';
import { scheduleLength } from '../config/schedule.js';
import { planFigures, type PlanFigures } from './plan-figures.js';
import { runFigures, type HistoryFigures } from './history-figures.js';

type DeploymentFigures = {
  site: string;
  waits: string;
  activities: number;
  wallSeconds: number;
  criticalPathSeconds: number;
  ratio: number;
  secondRunSeconds: number;
  histories: HistoryFigures[];
  workerMiB: number;
};

const cloneSlots = 8;

/** `npm run bench` without a word more: the figures that a person may expect, each measured here; text, and JSON in docs/bench. */
async function main(): Promise<void> {
  const waits = process.argv.includes('--quick') ? 'short' : 'realistic';
  const plans: PlanFigures[] = [];
  for (const users of [100, 1000, 10000]) plans.push(await planFigures(`examples/site-${users}.yaml`));
  for (const plan of plans)
    console.log(
      `plan ${plan.users} users: ${plan.machines} machines, ${plan.medianMs.toFixed(0)} ms, ${(plan.bytes / 1024).toFixed(1)} KiB, ${plan.pairs} steps on targets in the largest phase`,
    );
  const deployments = [
    await deployment('examples/site-100.yaml', waits),
    await deployment('examples/site-1000.yaml', waits),
  ];
  const machine = { cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  await mkdir('docs/bench', { recursive: true });
  await writeFile('docs/bench/figures.json', `${JSON.stringify({ machine, plans, deployments }, null, 2)}\n`);
}

async function deployment(file: string, waits: 'short' | 'realistic'): Promise<DeploymentFigures> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'socle-bench-'));
  const stack = await startStack({ stateFolder, sandbox: true, waits, say: () => undefined });
  try {
    const figures = await measure(file, waits, stack);
    print(figures);
    return figures;
  } finally {
    await stack.stop();
    delete process.env['TEMPORAL_ADDRESS'];
    await rm(stateFolder, { recursive: true, force: true });
  }
}

async function measure(file: string, waits: string, stack: Stack): Promise<DeploymentFigures> {
  return connected(async (connection) => {
    const planned = await planSite(file, 'apply');
    const run = async (): Promise<number> => {
      const started = Date.now();
      const { workflowId } = await startRun(connection, planned, {
        startedBy: 'bench',
        onFailure: 'abort',
        approveAll: true,
        ignorePreflight: [],
      });
      await connection.client.workflow.getHandle(workflowId).result();
      return (Date.now() - started) / 1000;
    };
    const wallSeconds = await run();
    const { name } = planned.plan.site;
    const children = planned.plan.phases
      .filter((phase) => phase.roles.some((role) => role.available))
      .map((phase) => `site/${name}/${phase.name}`);
    const figures = await runFigures(connection.client, `site/${name}`, children);
    const criticalPathSeconds = scheduleLength(planned.plan, figures.durations, cloneSlots) / 1000;
    const workerMiB = await residentMiB(stack.pids()['worker']!);
    return {
      site: name,
      waits,
      activities: figures.activities,
      wallSeconds,
      criticalPathSeconds,
      ratio: wallSeconds / criticalPathSeconds,
      secondRunSeconds: await run(),
      histories: figures.histories,
      workerMiB,
    };
  });
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

function print(figures: DeploymentFigures): void {
  const { site, waits, activities, wallSeconds, criticalPathSeconds, ratio, secondRunSeconds, workerMiB } =
    figures;
  console.log(
    `${site}, ${waits} waits: ${activities} activities in ${wallSeconds.toFixed(1)} s; critical path ${criticalPathSeconds.toFixed(1)} s, ratio ${ratio.toFixed(2)}; second run ${secondRunSeconds.toFixed(1)} s; worker ${workerMiB} MiB`,
  );
  for (const { workflowId, events, bytes, largestPayloadBytes } of figures.histories)
    console.log(
      `  ${workflowId.padEnd(34)} ${String(events).padStart(6)} events  ${(bytes / 1024).toFixed(0).padStart(6)} KiB  largest payload ${(largestPayloadBytes / 1024).toFixed(1)} KiB`,
    );
}

if (process.argv[2] === 'preparation') {
  // Loads the laboratory only when it is asked for.
  const { benchPreparation } = await import('./preparation/main.js');
  const { settingsOf } = await import('./preparation/settings.js');
  await benchPreparation(settingsOf(process.argv.slice(3)));
  process.exit();
} else await main();
