import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../config/cache-folder.js';
import { exitCodes, UserError } from '../config/errors.js';
import type { Site } from '../config/site.js';
import { zoneNames } from '../config/machine.js';
import { startVcsim, vcsimPath } from '../tools/vcsim.js';
import { createGateways } from './gateways.js';
import { impairedNetworks, type Impairment } from './impairment.js';
import { raiseLimits } from './kernel-limits.js';
import { createMachines } from './machines.js';
import { laboratoryName, namespace, runFolder, stateFolder, within } from './names.js';
import { makeNetwork } from './network.js';
import { provideNspawnFolder } from './nspawn-folder.js';
import { startOutsideServices } from './outside-services.js';
import { missingForLaboratory } from '../tools/laboratory-prerequisites.js';
import { mark } from './processes.js';
import { runningLaboratory, takeDown } from './take-down.js';
import { ensureTemplate } from './template.js';

/** In the simulator a machine's size is a number; there is room for the largest site. */
const clusterSize = { memory: '65536', disk: '262144' };
/** What govmomi's simulator calls its only datacentre. */
const inventory = { datacenter: 'DC0', cluster: 'DC0_C0', datastore: 'LocalDS_0' } as const;

export type LaboratoryOptions = {
  /** Packages that the template has beside those of a cloud image. */
  installed?: readonly string[];
  impairment?: Impairment;
  /** Folder that the artefact store serves, as `socle artifacts fetch` fills it. */
  store?: string;
};

export type Laboratory = {
  /** PEM of the authority that signed the certificate of its vCenter. */
  caPem: string;
  /** PEM of the authority of the other servers outside the platform. */
  outsideCaPem: string;
  /** Words before a command that is to reach the machines. */
  prefix: string[];
  openDoor: (address: string) => Promise<void>;
  /** Changes what the way into the zones does to packets; `{}` is a way that does nothing to them. */
  impair: (impairment: Impairment) => Promise<void>;
  /** Names of the machines that have power. */
  powered: () => string[];
  /** Puts machines back to their first boot. */
  reinstall: (names: readonly string[]) => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Makes this computer a datacentre: network, vCenter, services outside the platform, and a real machine for each virtual
 * one that is powered on. What an earlier laboratory left is taken away first.
 * @param passwordOf the account that the site file names; asked once its folder is there
 * @throws UserError when something is missing here, or a laboratory is running
 */
export async function startLaboratory(
  site: Site,
  passwordOf: () => Promise<string>,
  say: (line: string) => void,
  options: LaboratoryOptions = {},
): Promise<Laboratory> {
  const missing = missingForLaboratory();
  if (missing.length > 0)
    throw new UserError(['A laboratory cannot run here:', ...missing].join('\n  '), exitCodes.prerequisite);
  const hypervisor = simulated(site);
  impairedNetworks(site, options.impairment ?? {});
  const other = await runningLaboratory();
  if (other !== undefined)
    throw new UserError(
      `A laboratory is running (process ${other}); end it with Ctrl-C there, or with: npx socle lab down`,
      exitCodes.prerequisite,
    );
  const left = await takeDown();
  if (left.length > 0) say(`Taken away, left by an earlier laboratory: ${left.join(', ')}`);
  Object.assign(process.env, mark);
  for (const folder of [runFolder, stateFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(runFolder, 'up.pid'), `${process.pid}\n`);

  try {
    return await build(site, hypervisor, passwordOf, say, options);
  } catch (error) {
    await takeDown();
    throw error;
  }
}

type Vsphere = Extract<Site['hypervisor'], { kind: 'vsphere' }>;

async function build(
  site: Site,
  hypervisor: Vsphere,
  passwordOf: () => Promise<string>,
  say: (line: string) => void,
  { installed, impairment = {}, store }: LaboratoryOptions,
): Promise<Laboratory> {
  const template = await ensureTemplate(cacheFolder(), say, installed);
  const simulator = await vcsimPath(cacheFolder());
  const started = Date.now();
  await raiseLimits();
  await provideNspawnFolder();
  await makeNetwork(site);
  const gateways = createGateways(site, cacheFolder(), say);
  await gateways.impair(impairment);
  const services = await startOutsideServices(
    site,
    template.mirror,
    join(stateFolder, 'services.log'),
    store,
  );
  const machines = createMachines(site, template.root, {
    say,
    onShutDown: (reference) => vcenter.shutDown(reference),
  });
  const { hostname, port } = new URL(hypervisor.url);
  const vcenter = await startVcsim(
    simulator,
    {
      listen: `${hostname}:${port || 443}`,
      username: hypervisor.username,
      networks: [...new Set(zoneNames.map((name) => site.zones[name].network))].join(','),
      template: site.templates.default.name,
      watch: 'true',
      ...clusterSize,
    },
    {
      prefix: within(namespace),
      environment: { ...process.env, VCSIM_PASSWORD: await passwordOf() },
      onReport: machines.follow,
    },
  );
  say(
    `Laboratory: vCenter at ${hypervisor.url}, in network namespace ${laboratoryName}, ready in ${((Date.now() - started) / 1000).toFixed(1)} s`,
  );
  return {
    caPem: vcenter.caPem,
    outsideCaPem: services.caPem,
    prefix: within(namespace),
    openDoor: services.openDoor,
    impair: gateways.impair,
    powered: machines.powered,
    reinstall: machines.reinstall,
    stop: async () => {
      await vcenter.close();
      await machines.stop();
      await services.stop();
      await gateways.stop();
      await takeDown();
    },
  };
}

function simulated(site: Site): Vsphere {
  const { hypervisor } = site;
  if (hypervisor.kind !== 'vsphere')
    throw new UserError(
      `The laboratory has a vCenter; hypervisor.kind is ${hypervisor.kind}`,
      exitCodes.siteFile,
    );
  for (const [key, name] of Object.entries(inventory) as [keyof typeof inventory, string][])
    if (hypervisor[key] !== name)
      throw new UserError(
        `hypervisor.${key} is ${hypervisor[key]}; in the laboratory it is ${name}`,
        exitCodes.siteFile,
      );
  return hypervisor;
}
