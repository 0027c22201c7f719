import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../activities/host/compile.js';
import type { Resource } from '../../../activities/host/resource.js';
import { firewallRules } from '../../../activities/roles/2-preparation/firewall-rules.js';
import { operatingSystemOf } from '../../../activities/roles/2-preparation/os.js';
import { undo } from '../../../activities/roles/2-preparation/remove.js';
import { stateOf } from '../../../activities/roles/2-preparation/steps.js';
import { securityUpdates } from '../../../activities/roles/2-preparation/update.js';
import { verification } from '../../../activities/roles/2-preparation/verify.js';
import { contextFor } from '../../unit/prepare-fixture.js';
import { canTestWith } from '../../../tools/test-programs.js';

const shellcheck = (script: string): string => {
  // 2015, 2016, 2034, 2154: meant so, and variables that library functions share.
  const options = ['-s', 'sh', '-e', '2015,2016,2034,2154,2329,2317', '-'];
  return canTestWith('shellcheck') ? spawnSync('shellcheck', options, { input: script, encoding: 'utf8' }).stdout : '';
};

describe.each(['apps-master-1', 'lb-dmz-1'])('prepare-vms on %s', (name) => {
  test.each(Object.keys(stateOf) as (keyof typeof stateOf)[])('%s is the golden script', async (step) => {
    const resources = await stateOf[step](await contextFor(name));
    const script = compile(resources, { mode: 'apply' }).replace(/-----BEGIN OPENSSH[^']*/s, 'the private host key\n');
    await expect(script).toMatchFileSnapshot(`prepare-vms/${name}-${step}.sh`);
    expect(shellcheck(script)).toBe('');
  });
});

test('verify, undo and update are clean for shellcheck', async () => {
  const { plan, site, machine } = await contextFor('dmz-node-1');
  const os = operatingSystemOf(site, machine);
  const lists: Resource[][] = [verification(plan, machine, os), undo(site, os), [securityUpdates(os)]];
  for (const resources of lists) expect(shellcheck(compile(resources, { mode: 'check' }))).toBe('');
});

test('the same machine on a Red Hat template has dnf, its units and its files', async () => {
  const context = await contextFor('vault-1', (site) => ({
    ...site,
    templates: { default: { name: 'rocky', os: 'rocky-9' } },
  }));
  const packages = compile(await stateOf.packages(context), { mode: 'apply' });
  expect(packages).toContain('/etc/yum.repos.d/socle.repo');
  expect(packages).toContain('chronyd.service');
  expect(packages).not.toContain('/etc/apt/sources.list ');
  const hardening = compile(await stateOf.hardening(context), { mode: 'apply' });
  expect(hardening).toContain('/etc/dnf/automatic.conf');
  expect(shellcheck(packages) + shellcheck(hardening)).toBe('');
});

test.runIf(canTestWith('nft'))('no rules mention a network twice and all of them are understood by nft', async () => {
  for (const name of ['apps-master-1', 'lb-dmz-1', 'vault-1', 'dmz-node-1', 'monitoring-1']) {
    const { site, plan, machine } = await contextFor(name);
    const input = firewallRules(site, plan, machine);
    // A network namespace of its own: the check needs the kernel, and must not touch this machine's.
    const { status, stderr } = spawnSync('unshare', ['-rn', '/usr/sbin/nft', '-c', '-f', '-'], { input, encoding: 'utf8' });
    expect(`${name} ${stderr}`).toBe(`${name} `);
    expect(status).toBe(0);
  }
});
