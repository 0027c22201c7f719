import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { computeSizing, explainSizing, separateControlPlaneFrom } from '../../config/sizing.js';
import type { Site } from '../../config/site.js';
import { renderSizing } from '../../client/output/sizing.js';

const base = await loadSite('examples/site-10000.yaml');
const siteOf = (concurrentUsers: number, more: Partial<Site> = {}): Site => ({
  ...base,
  concurrentUsers,
  sizing: {},
  ...more,
});
const users = fc.integer({ min: 1, max: 20_000 });
const countOf = (site: Site, group: string): number =>
  computeSizing(site).find((size) => size.group === group)?.count ?? 0;

function totals(site: Site): { machines: number; vcpu: number; memoryGiB: number; diskGiB: number } {
  const { machines } = computeInventory(site);
  const sum = (of: (machine: (typeof machines)[number]) => number): number =>
    machines.reduce((total, machine) => total + of(machine), 0);
  return {
    machines: machines.length,
    vcpu: sum(({ vcpu }) => vcpu),
    memoryGiB: sum(({ memoryMiB }) => memoryMiB) / 1024,
    diskGiB: sum(({ disks }) => disks.reduce((total, { sizeGiB }) => total + sizeGiB, 0)),
  };
}

// The published totals were packed by hand: they give the DMZ 24 GiB where this ladder gives 32 (500 users), and 16 vCPU
// where 12 carry it (10,000 users); disks are rounded to 50 GiB here. Everything is within 6 %.
test.each([
  [100, { machines: 21, vcpu: 124, memoryGiB: 452, diskGiB: 3_500 }],
  [500, { machines: 29, vcpu: 178, memoryGiB: 648, diskGiB: 5_500 }],
  [1_000, { machines: 31, vcpu: 202, memoryGiB: 784, diskGiB: 8_400 }],
  [10_000, { machines: 38, vcpu: 388, memoryGiB: 1_472, diskGiB: 30_000 }],
])('%i users need what is published', (concurrentUsers, published) => {
  const computed = totals(siteOf(concurrentUsers));
  expect(computed.machines).toBe(published.machines);
  for (const key of ['vcpu', 'memoryGiB', 'diskGiB'] as const)
    expect(Math.abs(computed[key] / published[key] - 1), key).toBeLessThan(0.06);
});

test('more users never need fewer machines, cores or memory', () => {
  fc.assert(
    fc.property(users, users, (a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)].map((number) => totals(siteOf(number)));
      return (
        less!.machines <= more!.machines && less!.vcpu <= more!.vcpu && less!.memoryGiB <= more!.memoryGiB
      );
    }),
  );
});

test('three servers in each cluster, three nodes in the DMZ, two in each pair, whatever the number of users', () => {
  fc.assert(
    fc.property(users, (number) => {
      const site = siteOf(number);
      return (
        ['apps-master', 'middleware-master', 'dmz-node'].every((group) => countOf(site, group) === 3) &&
        ['lb-lan', 'lb-dmz', 'lb-integration'].every((group) => countOf(site, group) === 2)
      );
    }),
  );
});

test('from 500 users up the control plane stands alone: workers carry the pods', () => {
  expect(countOf(siteOf(separateControlPlaneFrom - 1), 'apps-worker')).toBeLessThan(4);
  for (const number of [500, 3_000, 10_000]) {
    expect(computeSizing(siteOf(number)).find(({ group }) => group === 'apps-master')).toMatchObject({
      vcpu: 4,
      disksGiB: { rancher: 50 },
    });
    expect(countOf(siteOf(number), 'middleware-worker')).toBeGreaterThanOrEqual(4);
  }
});

test('MinIO finds four nodes in the middleware cluster', () => {
  for (const number of [1, 100, 499])
    expect(
      countOf(siteOf(number), 'middleware-master') + countOf(siteOf(number), 'middleware-worker'),
    ).toBeGreaterThanOrEqual(4);
});

test('products that were not chosen need nothing', () => {
  const [all, none] = [explainSizing(siteOf(1_000)), explainSizing(siteOf(1_000, { products: [] }))];
  const names = (sizing: typeof all): string[] =>
    sizing.demands.flatMap(({ demand }) => demand.lines.map(({ workload }) => workload.name));
  expect(names(all)).toContain('GCO');
  expect(names(none).filter((name) => /eservices|GCO|Flowable/.test(name))).toEqual([]);
});

test('names and addresses are unique and stay when the site grows', () => {
  fc.assert(
    fc.property(users, users, (a, b) => {
      const [small, large] = [
        computeInventory(siteOf(Math.min(a, b))),
        computeInventory(siteOf(Math.max(a, b))),
      ];
      const addressOf = new Map(large.machines.map(({ name, address }) => [name, address]));
      const all = [...large.machines, ...large.virtualAddresses];
      return (
        new Set(all.map(({ address }) => address)).size === all.length &&
        new Set(large.machines.map(({ name }) => name)).size === large.machines.length &&
        small.machines.every(({ name, address }) => addressOf.get(name) === address)
      );
    }),
  );
});

test('the site file overrides number and size, and the explanation says so', () => {
  const site = siteOf(100, { sizing: { 'apps-worker': { count: 2, vcpu: 6 } } });
  expect(computeSizing(site).find(({ group }) => group === 'apps-worker')).toMatchObject({
    count: 2,
    vcpu: 6,
  });
  expect(renderSizing(explainSizing(site)).join(' ').replace(/\s+/g, ' ')).toContain(
    'the site file says count 2, vcpu 6',
  );
});

test('10,000 users are computed in well under 100 ms', () => {
  computeInventory(siteOf(10_000));
  const started = performance.now();
  computeInventory(siteOf(10_000));
  expect(performance.now() - started).toBeLessThan(100);
});
