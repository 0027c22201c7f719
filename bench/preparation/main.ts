import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { demoEnvironment, kept } from '../../client/local/demo-secrets.js';
import { startStack } from '../../client/local/stack.js';
import { untilInterrupted } from '../../client/local/interrupted.js';
import { createSecrets } from '../../config/secrets.js';
import { startLaboratory, type Laboratory } from '../../laboratory/laboratory.js';
import { mirrorPackages } from '../../laboratory/mirror.js';
import { stateFolder } from '../../laboratory/names.js';
import { writeAccess } from './access.js';
import { chart } from './chart.js';
import { measure, type Sample } from './measure.js';
import { reachedMachines } from './machines.js';
import type { Peer } from './peer.js';
import { ansible } from './peers/ansible.js';
import { pyinfra } from './peers/pyinfra.js';
import { script } from './peers/script.js';
import { socle } from './peers/socle.js';
import { summary, textTable } from './report.js';
import type { Settings } from './settings.js';
import { benchPlan, benchSite } from './site.js';
import { timed } from './timed.js';

const outputs = 'docs/bench';
const deployEntry = join(import.meta.dirname, 'deploy.js');
/** What Ansible's apt module needs on a machine beside what prepare-vms installs. */
const forAnsible = ['python3-apt'];

/** `npm run bench -- preparation`: prepare-vms by several engines, on real machines. */
export async function benchPreparation({ machines, rounds, peers, write }: Settings): Promise<void> {
  const chosen = [socle, script, pyinfra, ansible].filter(({ name }) => peers.includes(name));
  const versions = await versionsOf(chosen);
  const site = await benchSite();
  const state = join(stateFolder, 'orchestrator');
  const laboratory = await startLaboratory(site, () => kept(state, 'vcenter.password'), console.log, {
    installed: [...mirrorPackages, ...forAnsible],
  });
  try {
    const environment = await demoEnvironment(state, laboratory.caPem, laboratory.outsideCaPem);
    const stack = await startStack({
      stateFolder: state,
      sandbox: false,
      waits: 'none',
      say: console.log,
      elsewhere: { ...laboratory, environment },
    });
    try {
      const samples: Record<string, Sample[]> = {};
      const work = async (): Promise<void> => {
        for (const count of machines) {
          samples[count] = [];
          await measureCount(laboratory, environment, count, chosen, rounds, async (sample) => {
            samples[count]!.push(sample);
            if (write) await writeFigures(versions, samples);
          });
        }
      };
      await Promise.race([work(), untilInterrupted()]);
      console.log(textTable(summary(samples)));
    } finally {
      await stack.stop();
    }
  } finally {
    await laboratory.stop();
  }
}

async function measureCount(
  laboratory: Laboratory,
  environment: NodeJS.ProcessEnv,
  count: number,
  peers: readonly Peer[],
  rounds: number,
  onSample: (sample: Sample) => Promise<void>,
): Promise<void> {
  const provisioned = await timed(
    [process.execPath, deployEntry, String(count), 'provisioning'],
    process.env,
  );
  if (provisioned.code !== 0)
    throw new Error(`the machines were not made:\n${provisioned.output.slice(-4000)}`);
  console.log(`${count} machines made in ${provisioned.seconds.toFixed(0)} s`);
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
    onSample,
  );
}

async function versionsOf(peers: readonly Peer[]): Promise<Record<string, string>> {
  const versions = await Promise.all(
    peers.map(async ({ name, version }) => [name, await version()] as const),
  );
  return { ...Object.fromEntries(versions), node: process.version, kernel: release() };
}

async function writeFigures(
  versions: Record<string, string>,
  samples: Record<string, Sample[]>,
): Promise<void> {
  const processor = /^model name\s*: (.*)$/m.exec(await readFile('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const machine = { processor, cpus: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) };
  const rows = summary(samples);
  await mkdir(outputs, { recursive: true });
  await writeFile(
    join(outputs, 'preparation.json'),
    `${JSON.stringify({ machine, versions, summary: rows, samples }, null, 2)}\n`,
  );
  await writeFile(join(outputs, 'preparation.svg'), chart(rows));
}
