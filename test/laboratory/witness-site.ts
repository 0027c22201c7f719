import { machineSpecOf } from '../../activities/roles/1-provisioning/machine-spec-of.js';
import { roles } from '../../activities/roles/index.js';
import type { StepContext } from '../../activities/role.js';
import type { MachineSpec } from '../../activities/clients/hypervisor.js';
import { computeInventory } from '../../config/inventory.js';
import { prefixLength } from '../../config/ipv4.js';
import { loadSite } from '../../config/load.js';
import { buildPlan } from '../../config/plan.js';
import { createSecrets } from '../../config/secrets.js';
import type { Site } from '../../config/site.js';

/** A cluster node, for its modules and settings, with two data disks. */
const name = 'apps-master-1';

/** Networks for tests of network devices, which no computer is really in: RFC 2544. */
const gateway = '198.18.62.1';
export const nameServer = gateway;
export const timeServer = `${gateway}:10123`;

const firstMtu = 1500;
const mtu = 1400;

/** The laboratory's site with the witness's network, whose only other member is this computer. */
async function witnessSite(): Promise<Site> {
  const site = await loadSite('examples/site-lab.yaml');
  delete site.syslog;
  delete site.artifacts.ca;
  return {
    ...site,
    management: [`${gateway}/32`],
    zones: {
      ...site.zones,
      lan: { ...site.zones.lan, cidr: '198.18.62.0/24', gateway, range: '198.18.62.10-198.18.62.99', mtu },
    },
    dns: { ...site.dns, servers: [nameServer] },
    ntp: [timeServer],
  };
}

export type WitnessPlan = {
  context: StepContext;
  /** As the hypervisor is told, but with another MTU, so that prepare-vms has a network to change. */
  spec: MachineSpec;
  /** This computer's address there with its prefix length. */
  gateway: string;
};

export async function witnessPlan(): Promise<WitnessPlan> {
  const site = await witnessSite();
  const plan = buildPlan({ site, inventory: computeInventory(site), declarations: roles, mode: 'apply' });
  const machine = plan.machines.find((candidate) => candidate.name === name)!;
  const role = plan.phases.flatMap((phase) => phase.roles).find((planned) => planned.name === 'prepare-vms');
  const context: StepContext = {
    plan,
    site,
    inputs: role?.inputs ?? {},
    target: name,
    machine,
    machines: plan.machines,
    secrets: createSecrets(site, { SOCLE_MASTER_KEY: '33'.repeat(32) }),
    runId: 'witness',
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  const { lan } = site.zones;
  const before = { ...site, zones: { ...site.zones, lan: { ...lan, mtu: firstMtu } } };
  return {
    context,
    spec: await machineSpecOf(machine, { ...context, site: before }),
    gateway: `${gateway}/${prefixLength(lan.cidr)}`,
  };
}
