import { expect, test } from 'vitest';
import { forZones } from '../../client/local/for-zones.js';
import { loadSite } from '../../config/load.js';
import { impairedNetworks } from '../../laboratory/impairment.js';

test('one number is for all zones, named ones are for those alone', () => {
  expect(forZones('20', 100)).toBe(20);
  expect(forZones('0.5', 100)).toBe(0.5);
  expect(forZones('dmz=20,lan=5', 100)).toEqual({ dmz: 20, lan: 5 });
});

test.each([
  ['dnz=20', '"dnz" is none of infra, lan, integration, dmz.'],
  ['101', '"101" is not a number from 0 to 100.'],
  ['lan=-1', '"-1" is not a number from 0 to 100.'],
  ['lan=', '"" is not a number from 0 to 100.'],
  ['', '"" is not a number from 0 to 100.'],
])('%j is refused', (text, message) => {
  expect(() => forZones(text, 100)).toThrow(message);
});

test('only port groups with latency or loss pass a relay', async () => {
  const site = await loadSite('examples/site-lab.yaml');
  expect(impairedNetworks(site, {})).toEqual([]);
  expect(impairedNetworks(site, { latencyMs: 0, lossPercent: { dmz: 0 } })).toEqual([]);
  expect(impairedNetworks(site, { latencyMs: { dmz: 20 }, lossPercent: { lan: 1 } })).toEqual([
    { network: 'pg-lan', latencyMs: 0, lossPercent: 1 },
    { network: 'pg-dmz', latencyMs: 20, lossPercent: 0 },
  ]);
  expect(impairedNetworks(site, { latencyMs: 20 })).toHaveLength(4);
});

test('zones that share a port group cannot differ', async () => {
  const site = await loadSite('examples/site-lab.yaml');
  const { lan, infra } = site.zones;
  const shared = { ...site, zones: { ...site.zones, lan: { ...lan, network: infra.network } } };
  expect(() => impairedNetworks(shared, { latencyMs: { lan: 20 } })).toThrow('Zone lan shares port group');
  expect(impairedNetworks(shared, { latencyMs: { lan: 20, infra: 20 } })).toHaveLength(1);
});
