import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { withLaboratory, type Running } from '../../client/local/with-laboratory.js';
import { untilInterrupted } from '../../client/local/interrupted.js';
import { createSecrets } from '../../config/secrets.js';
import { preparationPackages } from '../../laboratory/mirror.js';
import { stateFolder } from '../../laboratory/names.js';
import { writeAccess } from './access.js';
import { chart } from './chart.js';
import { measure } from './measure.js';
import { reachedMachines } from './machines.js';
import type { Peer } from './peer.js';
import { ansible } from './peers/ansible.js';
import { pyinfra } from './peers/pyinfra.js';
import { script } from './peers/script.js';
import { socle } from './peers/socle.js';
import { summary, textTable } from './report.js';
import type { Packages, Settings } from './settings.js';
import { merged, titleOf, type Situation } from './situation.js';
import { benchPlan, benchSite } from './site.js';
import { timed } from './timed.js';

const outputs = 'docs/bench';
const deployEntry = join(import.meta.dirname, 'deploy.js');
/** What Ansible's apt module needs on a machine beside what prepare-vms installs. */
const forAnsible = ['python3-apt'];

/**
 * `npm run bench -- preparation`: prepare-vms by several engines, on real machines, in each situation that the settings
 * name. What docs/bench has of other situations stays.
 */
export async function benchPreparation(settings: Settings): Promise<void> {
  const chosen = [socle, script, pyinfra, ansible].filter(({ name }) => settings.peers.includes(name));
  const versions = await versionsOf(chosen);
  const measured: Situation[] = [];
  const onSample = async (situation: Situation): Promise<void> => {
    if (!measured.includes(situation)) measured.push(situation);
    if (settings.write) await writeFigures(measured);
  };
  const measureAll = async (packages: Packages, running: Running): Promise<void> => {
    for (const latencyMs of settings.latencies) {
      await running.laboratory.impair({ latencyMs });
      for (const machines of settings.machines) {
        const situation = { machines, latencyMs, packages, computer: await computer(versions), samples: [] };
        await measureSituation(running, situation, chosen, settings.rounds, onSample);
      }
    }
  };
  for (const packages of settings.packages) {
    const installed = [...(packages === 'template' ? preparationPackages : []), ...forAnsible];
    await withLaboratory(await benchSite(), { installed }, (running) =>
      Promise.race([measureAll(packages, running), untilInterrupted()]),
    );
  }
  console.log(textTable(summary(measured)));
}

async function measureSituation(
  { laboratory, environment }: Running,
  situation: Situation,
  peers: readonly Peer[],
  rounds: number,
  onSample: (situation: Situation) => Promise<void>,
): Promise<void> {
  const count = situation.machines;
  const provisioned = await timed(
    [process.execPath, deployEntry, String(count), 'provisioning'],
    process.env,
  );
  if (provisioned.code !== 0)
    throw new Error(`the machines were not made:\n${provisioned.output.slice(-4000)}`);
  console.log(`${titleOf(situation)}: made in ${provisioned.seconds.toFixed(0)} s`);
  const { plan } = await benchPlan(count, ['prepare-vms']);
  const secrets = createSecrets(plan.site, environment);
  const folder = join(stateFolder, 'bench');
  const access = await writeAccess(join(folder, `access-${count}`), plan.site, plan.machines, secrets);
  const reached = await reachedMachines(plan, secrets, laboratory.prefix, access.config);
  const reset = (): Promise<void> => laboratory.reinstall(plan.machines.map(({ name }) => name));
  await measure(
    { folder, access, reached, prefix: laboratory.prefix, reset, say: console.log },
    peers,
    rounds,
    async (sample) => {
      situation.samples.push(sample);
      await onSample(situation);
    },
  );
}

async function versionsOf(peers: readonly Peer[]): Promise<Record<string, string>> {
  const versions = await Promise.all(
    peers.map(async ({ name, version }) => [name, await version()] as const),
  );
  return { ...Object.fromEntries(versions), node: process.version, kernel: release() };
}

async function computer(versions: Record<string, string>): Promise<Situation['computer']> {
  const processor = /^model name\s*: (.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  return { processor, cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), versions };
}

/** Situations measured now take the place of the same ones measured before. */
async function writeFigures(measured: readonly Situation[]): Promise<void> {
  const file = join(outputs, 'preparation.json');
  const before = await readFile(file, 'utf8').then(
    (text) => (JSON.parse(text) as { situations: Situation[] }).situations,
    () => [],
  );
  const situations = merged(before, measured);
  const rows = summary(situations);
  await mkdir(outputs, { recursive: true });
  await writeFile(file, `${JSON.stringify({ summary: rows, situations }, null, 2)}\n`);
  await writeFile(join(outputs, 'preparation.svg'), chart(rows));
}
