import { expect, test } from 'vitest';
import { renderMachines, runsOf } from '../../client/output/machine-table.js';
import { renderPlan } from '../../client/output/plan.js';
import { planSite } from '../../client/plan-site.js';

const examples = ['site-100', 'site-1000', 'site-10000', 'site-existing', 'site-nutanix'];

test.each(examples)('the plan of %s fits into 80 columns', async (name) => {
  const file = `examples/${name}.yaml`;
  const { plan, hash } = await planSite(file, 'apply');
  const lines = renderPlan(plan, hash, file);
  expect(lines.filter((line) => line.length > 80 && !line.includes(file))).toEqual([]);
});

test('every machine stands in the table of its plan, those of one group and size on one line', async () => {
  const { plan } = await planSite('examples/site-1000.yaml', 'apply');
  const table = renderMachines(plan);
  const numbers = table.map((line) => Number(/ (\d+) × /.exec(line)?.[1] ?? 0));
  expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(plan.machines.length);
  expect(table).toContain('  apps-worker          5 × 12 vCPU  48 GiB  60+200 GiB disk     127.20.0.16-20');
  expect(table.at(-1)).toMatch(/^ {2}dmz-int-vip +127\.40\.0\.11$/);
});

test('a machine of another size stands on a line of its own', async () => {
  const { plan } = await planSite('examples/site-1000.yaml', 'apply');
  const machines = plan.machines.map((each) => (each.name === 'vault-2' ? { ...each, vcpu: 4 } : each));
  const vault = renderMachines({ ...plan, machines }).filter((line) => line.startsWith('  vault '));
  expect(vault.map((line) => line.trim().split(/ {2,}/).at(-1))).toEqual([
    '127.10.0.10, 127.10.0.12',
    '127.10.0.11',
  ]);
});

test('addresses that follow each other are written as one run', () => {
  expect(runsOf(['10.0.0.10', '10.0.0.11', '10.0.0.13'])).toBe('10.0.0.10-11, 10.0.0.13');
});

test('removing a whole site names only the phases that have something to take away beside the machines', async () => {
  const phasesOf = async (selection: object) =>
    (await planSite('examples/site-100.yaml', 'remove', { selection })).plan.phases.map(({ name }) => name);
  expect(await phasesOf({})).toEqual(['provisioning']);
  expect(await phasesOf({ only: ['prepare-vms'] })).toEqual(['preparation']);
});
