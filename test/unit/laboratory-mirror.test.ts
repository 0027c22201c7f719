import { expect, test } from 'vitest';
import type { StepContext } from '../../activities/role.js';
import type { Resource } from '../../activities/host/resource.js';
import { basePackages } from '../../activities/roles/2-preparation/base-packages.js';
import { PrepareVmsInputs } from '../../activities/roles/2-preparation/inputs.js';
import { operatingSystemOf } from '../../activities/roles/2-preparation/os.js';
import { gogsProgram } from '../../activities/roles/3-base-infrastructure/gogs/state.js';
import { registryProgram } from '../../activities/roles/3-base-infrastructure/registry/state.js';
import { vaultProgram } from '../../activities/roles/3-base-infrastructure/vault/state.js';
import { loadBalancerPackages } from '../../activities/roles/3-base-infrastructure/load-balancer/state.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { mirrorPackages, preparationPackages } from '../../laboratory/mirror.js';
import { templatePackages } from '../../laboratory/template-files.js';

test("the laboratory's mirror has every package that Socle installs, and the template few of them", async () => {
  const site = await loadSite('examples/site-lab.yaml');
  const inputs = PrepareVmsInputs.parse(undefined);
  const prepared = computeInventory(site).machines.map((machine) =>
    basePackages(site, machine, operatingSystemOf(site, machine), inputs),
  );
  expect(namesIn(prepared)).toEqual([...preparationPackages].sort());
  const machineOf = (name: string): StepContext =>
    ({
      site,
      machine: computeInventory(site).machines.find((one) => one.name === name),
      secrets: { resolve: async () => '' },
    }) as unknown as StepContext;
  const installed = [
    ...loadBalancerPackages(),
    ...(await registryProgram(machineOf('gitops-1'))),
    ...(await gogsProgram(machineOf('gitops-1'))),
    ...(await vaultProgram(machineOf('vault-1'))),
  ].filter(({ title }) => title === 'packages');
  expect(namesIn([...prepared, ...installed])).toEqual([...mirrorPackages].sort());
  const already = preparationPackages.filter((name) => templatePackages.includes(name));
  expect(already).toEqual(['ca-certificates', 'iproute2', 'sudo']);
});

function namesIn(resources: readonly Resource[]): string[] {
  const calls = resources.map(({ call }) => call.replaceAll("'", '').split(' ').slice(1));
  return [...new Set(calls.flat())].sort();
}
