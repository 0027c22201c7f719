import { describe, expect, test } from 'vitest';
import { inboundRules, resolvePorts } from '../../../config/ports/flows.js';
import {
  pairGroups,
  pairRoutes,
  trustedProxies,
} from '../../../activities/roles/3-base-infrastructure/load-balancer/routes.js';
import { example } from './fixture.js';

const sites = ['site-100', 'site-1000', 'site-10000', 'site-lab'];

describe.each(sites)('what the pairs of %s serve', (name) => {
  test('is on the ports that the port table opens there, and on no other', async () => {
    const { site, inventory, pairs } = await example(name);
    for (const machine of pairs) {
      const open = inboundRules(site, inventory, machine.name).flatMap(({ ports }) => ports);
      const { frontends } = pairRoutes(site, inventory, machine.group as (typeof pairGroups)[number]);
      for (const { port } of frontends) expect(open).toContain(String(port));
    }
  });

  test('leads to machines of the plan that the port table lets the pair reach', async () => {
    const { site, inventory } = await example(name);
    const flows = resolvePorts(site, inventory);
    for (const pair of pairGroups)
      for (const { servers } of pairRoutes(site, inventory, pair).backends) {
        expect(servers.length).toBeGreaterThan(0);
        for (const server of servers) {
          const machine = inventory.machines.find(({ address }) => address === server.address);
          expect(machine?.name).toBe(server.name);
          const allowed = flows.some(
            ({ from, to, ports }) =>
              from.machine?.group === pair && to.machine === machine && ports.includes(String(server.port)),
          );
          expect(allowed, `${pair} ${server.name} ${server.port}`).toBe(true);
        }
      }
  });

  test('is 80 and 443 alone on the public address, and 6443 and 9345 nowhere for everybody', async () => {
    const { site, inventory } = await example(name);
    const all = pairGroups.flatMap((pair) => pairRoutes(site, inventory, pair).frontends);
    const onPublic = all.filter(({ virtualAddress }) => virtualAddress === 'dmz-vip');
    expect(onPublic.map(({ port }) => port)).toEqual([80, 443]);
    expect(all.filter((frontend) => frontend.public)).toEqual(onPublic);
    const cluster = all.filter(({ port }) => port === 6443 || port === 9345);
    expect(cluster.map(({ name: frontend }) => frontend)).toEqual([
      'lan-vip-6443',
      'lan-vip-9345',
      'int-vip-6443',
      'int-vip-9345',
      'dmz-int-vip-6443',
      'dmz-int-vip-9345',
    ]);
    for (const { sources = ['0.0.0.0/0'] } of cluster) expect(sources).not.toContain('0.0.0.0/0');
  });
});

test('the services by name stand behind lb-integration; Git and registry only when they are two', async () => {
  const backendsAt = async (name: string): Promise<string[]> => {
    const { site, inventory } = await example(name);
    return pairRoutes(site, inventory, 'lb-integration').backends.map((backend) => backend.name);
  };
  const always = ['ingress', 'kafka', 'kubernetes-api', 'registration', 'vault'];
  expect((await backendsAt('site-100')).sort()).toEqual(always);
  expect((await backendsAt('site-1000')).sort()).toEqual([...always, 'git', 'registry'].sort());
});

test('a name of the site file replaces the computed one', async () => {
  const { site, inventory } = await example('site-1000');
  const named = { ...site, names: { ...site.names, git: { name: 'code.example.net' } } };
  const frontend = pairRoutes(named, inventory, 'lb-integration').frontends.find(({ port }) => port === 443);
  expect(frontend?.uses).toEqual([
    { backend: 'git', serverName: { name: 'code.example.net', numbered: false } },
    { backend: 'ingress' },
  ]);
});

test("Gravitee's calls come in by lb-dmz and go on by lb-lan, with the client's address", async () => {
  const { site, inventory } = await example('site-100');
  const routeOf = (pair: (typeof pairGroups)[number], address: string) => {
    const { frontends, backends } = pairRoutes(site, inventory, pair);
    const frontend = frontends.find(({ name }) => name === `${address}-443`);
    return { frontend, backend: backends.find(({ name }) => name === frontend?.uses.at(-1)?.backend) };
  };
  const [outside, inside] = [routeOf('lb-dmz', 'dmz-vip'), routeOf('lb-lan', 'lan-vip')];
  expect(outside.frontend?.sources).toBeUndefined();
  expect(outside.backend?.servers.map(({ name }) => name)).toEqual([
    'dmz-node-1',
    'dmz-node-2',
    'dmz-node-3',
  ]);
  expect(inside.backend?.servers.every(({ name }) => name.startsWith('apps-'))).toBe(true);
  expect([outside.backend?.clientAddress, inside.backend?.clientAddress]).toEqual([true, true]);
  expect(trustedProxies(inventory, 'lb-lan')).toEqual(
    inventory.machines.filter(({ group }) => group === 'lb-lan').map(({ address }) => address),
  );
});
