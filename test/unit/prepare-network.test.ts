import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile } from '../../activities/host/compile.js';
import { parseReport } from '../../activities/host/report.js';
import { networkInEffect } from '../../activities/roles/2-preparation/network-in-effect.js';
import { contextFor } from './prepare-fixture.js';

const { site, machine } = await contextFor('vault-1');
const zone = { ...site.zones.infra, cidr: '10.1.0.0/24', gateway: '10.1.0.1', mtu: 1500 };
const resource = networkInEffect(
  { ...site, zones: { ...site.zones, infra: zone } },
  { ...machine, address: '10.1.0.12' },
);

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-network-'));
  mkdirSync(join(root, 'bin'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What verify finds on a machine whose `ip` answers like iproute2 with these values. */
function findings({ address = '10.1.0.12/24', gateway = '10.1.0.1', mtu = 1500 } = {}): string[] | undefined {
  const body = `#!/bin/sh
case "$*" in
  *addr*) printf '1: lo    inet 127.0.0.1/8 scope host lo\\n2: eth0    inet ${address} brd 10.1.0.255 scope global eth0\\n';;
  *route*) echo 'default via ${gateway} dev eth0 proto static';;
  *'link show dev eth0') echo '2: eth0: <BROADCAST,UP> mtu ${mtu} qdisc mq state UP';;
esac
`;
  writeFileSync(join(root, 'bin/ip'), body, { mode: 0o755 });
  const script = compile([resource], { mode: 'check', stateFolder: join(root, 'state') });
  const { stdout } = spawnSync('dash', ['-s'], {
    input: script.replace('PATH=', `PATH=${root}/bin:`),
    encoding: 'utf8',
  });
  return parseReport(stdout).resources[0]?.diff;
}

test('a network as the site file wants it has no finding', () => {
  expect(findings()).toEqual([]);
});

test.each([
  [{ address: '10.1.0.120/24' }, ['no card has the address 10.1.0.12/24']],
  [{ address: '10.1.0.12/16' }, ['no card has the address 10.1.0.12/24']],
  [{ gateway: '10.1.0.11' }, ['the default route does not go via 10.1.0.1']],
  [{ mtu: 15000 }, ['eth0 has not the MTU 1500']],
])('%o is found, whatever the configuration file says', (machineHas, found) => {
  expect(findings(machineHas)).toEqual(found);
});
