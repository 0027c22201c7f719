import { afterAll, beforeAll, test } from 'vitest';
import { expectSuccess, startDatacentre, type Datacentre } from './datacentre.js';
import { gogsProofs } from './proofs/gogs.js';
import { balancedMachines, loadBalancers } from './proofs/load-balancers.js';
import { registryMachine, registryProofs } from './proofs/registry.js';
import { custodianProofs } from './proofs/vault-custodians.js';
import { transitProofs } from './proofs/vault-transit.js';
import { vaultMachines, vaultProofs } from './proofs/vault.js';

/** The machines of phase 3's roles that are proven here, with the real programs. */
const machines = [...balancedMachines, registryMachine, ...vaultMachines];

let datacentre: Datacentre;
beforeAll(async () => {
  datacentre = await startDatacentre();
});
afterAll(() => datacentre?.stop());
const given = (): Datacentre => datacentre;

test('phases 1 and 2 make the machines', async () => {
  expectSuccess(await datacentre.run('apply', datacentre.site, machines));
});

registryProofs(given, machines);
gogsProofs(given, machines);
vaultProofs(given, machines);
custodianProofs(given, machines);
transitProofs(given, machines);
loadBalancers(given, machines);
