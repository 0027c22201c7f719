import { expect, test } from 'vitest';
import { basePackages } from '../../activities/roles/2-preparation/base-packages.js';
import { PrepareVmsInputs } from '../../activities/roles/2-preparation/inputs.js';
import { operatingSystemOf } from '../../activities/roles/2-preparation/os.js';
import { loadBalancerPackages } from '../../activities/roles/3-base-infrastructure/load-balancer/state.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { mirrorPackages } from '../../laboratory/mirror.js';
import { templatePackages } from '../../laboratory/template-files.js';

test("the laboratory's mirror has every package that Socle installs, and the template few of them", async () => {
  const site = await loadSite('examples/site-lab.yaml');
  const inputs = PrepareVmsInputs.parse(undefined);
  const calls = computeInventory(site).machines.map(
    (machine) => basePackages(site, machine, operatingSystemOf(site, machine), inputs).call,
  );
  calls.push(...loadBalancerPackages().map(({ call }) => call));
  const wanted = new Set(calls.flatMap((call) => call.replaceAll("'", '').split(' ').slice(1)));
  expect([...wanted].sort()).toEqual([...mirrorPackages].sort());
  const already = [...wanted].filter((name) => templatePackages.includes(name));
  expect(already.sort()).toEqual(['ca-certificates', 'iproute2', 'sudo']);
});
