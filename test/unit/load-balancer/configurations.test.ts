import { describe, expect, test } from 'vitest';
import { haproxyConfiguration } from '../../../activities/roles/3-base-infrastructure/load-balancer/haproxy.js';
import { LoadBalancerInputs } from '../../../activities/roles/3-base-infrastructure/load-balancer/inputs.js';
import { keepalivedConfiguration } from '../../../activities/roles/3-base-infrastructure/load-balancer/keepalived.js';
import { example } from './fixture.js';

const inputs = LoadBalancerInputs.parse({});
const sites = ['site-100', 'site-1000', 'site-10000', 'site-lab'];
test('options are checked, and those that stand nowhere have their defaults', () => {
  expect(inputs).toMatchObject({ advertisementSeconds: 1, publicLimits: { connectionsPerSource: 200 } });
  expect(LoadBalancerInputs.safeParse({ advertisementSeconds: 0.3 }).success).toBe(true);
  for (const wrong of [{ advertisementSeconds: 0 }, { advertisementSeconds: 0.123 }, { advertisement: 1 }])
    expect(LoadBalancerInputs.safeParse(wrong).success).toBe(false);
});

describe.each(sites)('the texts for %s', (name) => {
  test('bind 6443 and 9345 never to the public address', async () => {
    const { site, inventory, pairs } = await example(name);
    const address = inventory.virtualAddresses.find((virtual) => virtual.name === 'dmz-vip')!.address;
    for (const machine of pairs) {
      const { text } = haproxyConfiguration(site, inventory, machine, inputs);
      const binds = [...text.matchAll(/^ +bind (\S+)/gm)].map(([, where]) => where ?? '');
      expect(binds.filter((where) => /^(\*|:|0\.0\.0\.0|\[?::)/.test(where))).toEqual([]);
      for (const where of binds.filter((bound) => bound.startsWith(`${address}:`)))
        expect(['80', '443']).toContain(where.split(':')[1]);
    }
  });

  test('have a virtual router id for each pair and two priorities in it', async () => {
    const { site, inventory, pairs } = await example(name);
    const seen = new Map<string, { ids: Set<string>; priorities: Set<string> }>();
    for (const machine of pairs) {
      const text = keepalivedConfiguration(site, inventory, machine, inputs);
      const of = seen.get(machine.group) ?? { ids: new Set(), priorities: new Set() };
      of.ids.add(/virtual_router_id (\d+)/.exec(text)![1]!);
      of.priorities.add(/priority (\d+)/.exec(text)![1]!);
      seen.set(machine.group, of);
    }
    const ids = [...seen.values()].flatMap((of) => [...of.ids]);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toHaveLength(3);
    for (const id of ids.map(Number)) expect(id > 0 && id < 256).toBe(true);
    for (const { priorities } of seen.values()) expect(priorities.size).toBe(2);
  });

  test('have no line of more than 64 words, which HAProxy would refuse', async () => {
    const { site, inventory, pairs } = await example(name);
    for (const machine of pairs)
      for (const line of haproxyConfiguration(site, inventory, machine, inputs).text.split('\n'))
        expect(line.trim().split(/\s+/).length).toBeLessThan(64);
  });
});

test('less than a second speaks VRRP 3, whole seconds VRRP 2', async () => {
  const { site, inventory, machine } = await example('site-100');
  const versionAt = (advertisementSeconds: number): string =>
    /vrrp_version \d/.exec(
      keepalivedConfiguration(site, inventory, machine('lb-lan-1'), { ...inputs, advertisementSeconds }),
    )![0];
  expect([versionAt(1), versionAt(0.3)]).toEqual(['vrrp_version 2', 'vrrp_version 3']);
});

test('a card that the site file does not name is defined on the machine', async () => {
  const { site, inventory, machine } = await example('site-100');
  const lan = { ...site.zones.lan };
  delete lan.interface;
  const text = keepalivedConfiguration(
    { ...site, zones: { ...site.zones, lan } },
    inventory,
    machine('lb-lan-1'),
    inputs,
  );
  expect(text).toContain('includer /etc/keepalived/card.conf');
  expect(text).toContain('interface $CARD');
});

test('limits that are null leave no trace; the share of the public address follows the users', async () => {
  const { site, inventory, machine } = await example('site-10000');
  const textWith = (publicLimits: unknown): string =>
    haproxyConfiguration(site, inventory, machine('lb-dmz-1'), LoadBalancerInputs.parse({ publicLimits }))
      .text;
  expect(textWith({ connectionsPerSource: null, newPerSecondPerSource: null })).not.toContain('stick-table');
  expect(textWith({})).toContain('maxconn 160000');
  expect(textWith({ connections: 5000 })).toContain('maxconn 5000');
});

test('the fingerprint is that of the text, and no secret stands in it', async () => {
  const { site, inventory, machine } = await example('site-100');
  const of = (concurrentUsers: number) =>
    haproxyConfiguration({ ...site, concurrentUsers }, inventory, machine('lb-lan-1'), inputs);
  expect(of(100).fingerprint).toBe(of(100).fingerprint);
  expect(of(1000).fingerprint).not.toBe(of(100).fingerprint);
  expect(of(100).text).toContain(of(100).fingerprint);
  expect(of(100).text).not.toMatch(/Basic |password/);
});
