import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSuccess, startDatacentre, type Datacentre } from './datacentre.js';
import { socle, traces, until } from './laboratory.js';
import { adoption } from './proofs/adoption.js';
import { contractSuites } from './proofs/contracts.js';
import { firewallReload } from './proofs/firewall.js';
import { keyChanges } from './proofs/keys.js';
import { shutOutAndBack, wrongGateway, wrongManagement } from './proofs/lockout.js';
import { logins } from './proofs/logins.js';
import { ports } from './proofs/ports.js';
import { giveBack, siteOfDeliveredMachines, takeOver } from './proofs/taking-over.js';

/** Two of a zone, two of a cluster, a load balancer, the DMZ. */
const machines = ['vault-1', 'vault-2', 'lb-lan-1', 'apps-master-1', 'apps-master-2', 'dmz-node-1'];
/** Stand for those that another team delivered. */
const delivered = ['gitops-1', 'lb-integration-1'] as const;

let datacentre: Datacentre;
beforeAll(async () => {
  datacentre = await startDatacentre();
});
afterAll(() => datacentre?.stop());
const given = (): Datacentre => datacentre;

/** Work that goes on while other proofs are made; whether it failed is seen where it is awaited. */
const beside: Partial<Record<'lockout' | 'contracts', Promise<unknown>>> = {};
function begin(name: keyof typeof beside, work: Promise<unknown>): void {
  work.catch(() => undefined);
  beside[name] = work;
}
async function ended(name: keyof typeof beside): Promise<void> {
  if (beside[name] === undefined) throw new Error(`${name} did not begin`);
  await beside[name];
}

let [file, before]: [string, string[]] = ['', []];

test('phase 1 makes the machines', async () => {
  expectSuccess(
    await datacentre.run('apply', datacentre.site, [...machines, ...delivered], ['provisioning']),
  );
});

test('machines that another team delivered are prepared, and keep their host keys', async () => {
  file = await siteOfDeliveredMachines(datacentre);
  before = await takeOver(datacentre, file, delivered);
  const mistakes = [
    wrongManagement(datacentre, file, delivered[0]),
    wrongGateway(datacentre, file, delivered[1]),
  ];
  begin('lockout', Promise.all(mistakes.map((mistake) => shutOutAndBack(datacentre, mistake))));
});

test('phase 2 prepares the others, and a second run finds nothing to do', async () => {
  const first = await datacentre.run('apply', datacentre.site, machines);
  expectSuccess(first);
  expect(first.changes.length).toBeGreaterThan(200);
  const second = await datacentre.run('apply', datacentre.site, machines);
  expectSuccess(second);
  expect(second.changes).toEqual([]);
});

logins(given);
ports(given, machines);
firewallReload(given, machines);

test('a firewall and a network that shut Socle out go back within a minute, and the runs say what to look at', () =>
  ended('lockout'));

test('a machine that another team delivered is given back as it was, but for what keeps it reachable', async () => {
  await giveBack(datacentre, file, delivered[0], before);
  begin('contracts', contractSuites(datacentre, delivered[0]));
});

keyChanges(given, machines);
adoption(given, machines);

test('the contract suites of SSH client and preparation hold for a real machine', () => ended('contracts'));

test('remove takes the machines away with all that belongs to them', async () => {
  const asked = ['--confirm', 'lab-100', '--without-backup'];
  const ran = await socle(datacentre.environment, 'remove', datacentre.site, ...asked);
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  await until(() => readdirSync('/run/socle-lab/machines').length === 0, 20_000);
  const left = await traces();
  expect(left['namespaces']).toEqual(['socle-lab']);
  expect(left['processes']).not.toContainEqual(expect.stringContaining('systemd-nspawn'));
});
