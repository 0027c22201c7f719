import { expect, test } from 'vitest';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { forbiddenProbes, inboundRules, outboundProbes, resolvePorts } from '../../config/ports/flows.js';
import { portTable } from '../../config/ports/table.js';

const site = await loadSite('examples/site-100.yaml');
const inventory = computeInventory(site);
const addressOf = (name: string): string =>
  inventory.machines.find((machine) => machine.name === name)!.address;

test('every rule has a number of its own and says why', () => {
  expect(new Set(portTable.map(({ id }) => id)).size).toBe(portTable.length);
  expect(portTable.every(({ why }) => why.length > 0)).toBe(true);
});

test('a Vault node takes 8200 and 8201 from its peers, 8200 from lb-integration, SSH from management', () => {
  const rules = inboundRules(site, inventory, 'vault-1');
  expect(rules.find(({ rule }) => rule === 16)).toMatchObject({
    ports: ['8200', '8201'],
    sources: [addressOf('vault-2'), addressOf('vault-3')],
  });
  expect(rules.find(({ rule }) => rule === 17)?.sources).toEqual([
    addressOf('lb-integration-1'),
    addressOf('lb-integration-2'),
  ]);
  expect(rules.find(({ rule }) => rule === 2)).toMatchObject({ ports: ['2222'], sources: site.management });
});

test('6443 and 9345 are never open to the Internet', () => {
  const fromAnywhere = resolvePorts(site, inventory).filter((flow) => flow.from.name === 'internet');
  expect(fromAnywhere.flatMap((flow) => flow.ports)).toEqual(['80', '443']);
});

test('etcd and kubelet stay inside their own cluster', () => {
  const rules = inboundRules(site, inventory, 'apps-master-1').filter(
    ({ rule }) => rule === 48 || rule === 49,
  );
  const sources = new Set(rules.flatMap((rule) => rule.sources));
  expect(sources).toEqual(new Set([addressOf('apps-master-2'), addressOf('apps-master-3')]));
});

test('a pair takes what is meant for its virtual addresses', () => {
  expect(inboundRules(site, inventory, 'lb-dmz-1').map(({ rule }) => rule)).toEqual(
    expect.arrayContaining([38, 46, 28]),
  );
});

test('a machine probes peers, mirror and syslog once each, on the ports that the site file gives', () => {
  const probes = outboundProbes(site, inventory, 'vault-1');
  expect(probes).toContainEqual(expect.objectContaining({ address: addressOf('vault-2'), port: 8201 }));
  expect(probes).toContainEqual(expect.objectContaining({ name: 'syslog', port: 6514 }));
  expect(new Set(probes.map(({ address, port }) => `${address}:${port}`)).size).toBe(probes.length);
});

test('the DMZ must not reach SSH of the inner zones', () => {
  const forbidden = forbiddenProbes(site, inventory, 'dmz-node-1');
  expect(forbidden).toHaveLength(inventory.machines.filter(({ zone }) => zone !== 'dmz').length);
  expect(forbiddenProbes(site, inventory, 'vault-1')).toEqual([]);
});
