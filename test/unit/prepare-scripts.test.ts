import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compile } from '../../activities/host/compile.js';
import type { Resource } from '../../activities/host/resource.js';
import { firewallRules } from '../../activities/roles/2-preparation/firewall-rules.js';
import { forbiddenPairs } from '../../activities/roles/2-preparation/forbidden-pairs.js';
import { operatingSystemOf } from '../../activities/roles/2-preparation/os.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { undo } from '../../activities/roles/2-preparation/remove.js';
import { stateOf } from '../../activities/roles/2-preparation/steps.js';
import { securityUpdates } from '../../activities/roles/2-preparation/update.js';
import { verification } from '../../activities/roles/2-preparation/verify.js';
import { operatingSystems } from '../../config/site/hypervisor.js';
import { contextFor } from './prepare-fixture.js';
import { canTestWith } from '../../tools/test-programs.js';

const machineNames = ['vault-1', 'lb-dmz-1', 'middleware-worker-1', 'dmz-node-1'];

/** Every list of resources that the role ever sends to a machine. */
async function resourcesOf(machineName: string, os: (typeof operatingSystems)[number]) {
  const context = await contextFor(machineName, (site) => ({
    ...site,
    templates: { default: { name: 't', os } },
  }));
  const system = operatingSystemOf(context.site, context.machine);
  const lists: Record<string, readonly Resource[]> = {
    undo: undo(context.site, system),
    update: [securityUpdates(system)],
    verify: verification(context.plan, context.machine, system),
  };
  for (const [step, resources] of Object.entries(stateOf)) lists[step] = await resources(context);
  return Object.entries(lists);
}

const cases = operatingSystems.flatMap((os) => machineNames.map((name) => [os, name] as const));
const all = await Promise.all(cases.map(([os, name]) => resourcesOf(name, os)));
const definition = /^([a-z_]+)\(\) \{/gm;
const libraryFunctions = new Set(
  all
    .flatMap((lists) => lists.flatMap(([, resources]) => resources))
    .flatMap(({ library }) =>
      library.flatMap((text) => [...text.matchAll(definition)].map(([, name]) => name ?? '')),
    ),
);

/** Names of library functions that a script uses where a command stands. */
function calledIn(script: string): string[] {
  return [...libraryFunctions].filter((name) =>
    new RegExp(`(^|[;&|(!]|\\b(?:then|else|do|if|while))[ \\t]*${name}(?![\\w(=-])`, 'm').test(script),
  );
}

describe.each(cases.map(([os, name], index) => ({ os, name, lists: all[index] ?? [] })))(
  '$name on $os',
  ({ lists }) => {
    test.each(lists)('the script of %s holds every function that it calls', (_, resources) => {
      const script = compile(resources, { mode: 'apply' });
      const defined = new Set([...script.matchAll(definition)].map(([, name]) => name));
      expect(calledIn(script).filter((name) => !defined.has(name))).toEqual([]);
    });

    test('no two resources of a step have the same title', () => {
      for (const [step, resources] of lists) {
        const titles = resources.map(({ title }) => `${step}: ${title}`);
        expect(titles).toEqual([...new Set(titles)]);
      }
    });
  },
);

test.runIf(canTestWith('shellcheck')).each(['debian-12', 'rocky-9'] as const)(
  'shellcheck has no complaint about any script for %s',
  async (os) => {
    for (const [step, resources] of await resourcesOf('middleware-worker-1', os)) {
      const options = ['-s', 'sh', '-e', '2016,2154,2034', '-'];
      const input = compile(resources, { mode: 'apply' });
      const { stdout, error } = spawnSync('shellcheck', options, { input, encoding: 'utf8' });
      if (error) throw error;
      expect(stdout, step).toBe('');
    }
  },
);

test('no private key and no secret value stands outside of standard input', async () => {
  const context = await contextFor('vault-1');
  const script = compile(stateOf.access(context), { mode: 'apply' });
  const body = context.secrets.hostKey('vault-1').privateKey.split('\n')[1] ?? '';
  expect(script).toContain(body);
  // Everything that may carry it is a shell function or a builtin, so it never is an argument of a process.
  const carriers = script
    .split('\n')
    .filter((line) => line.includes('PRIVATE KEY') && !line.startsWith('-----'));
  expect(carriers.every((line) => line.startsWith('file /etc/ssh/ssh_host_ed25519_key '))).toBe(true);
  expect(context.secrets.redact(script)).not.toContain(body);
});

test('at most eight steps a machine, each on one before it', () => {
  expect(prepareVms.steps.filter(({ on }) => on === 'each').length).toBeLessThanOrEqual(8);
  const known = new Set(['provisionnement-vms-infra.answer', 'provisionnement-vms-apps.answer']);
  for (const { id, after = [] } of prepareVms.steps) {
    for (const earlier of after) expect(known).toContain(earlier);
    known.add(`prepare-vms.${id}`);
  }
});

describe('what the DMZ must not reach', () => {
  test('is SSH of every inner machine', async () => {
    const { site, plan } = await contextFor('dmz-node-1', (given) => ({
      ...given,
      management: ['10.9.0.0/24'],
    }));
    const inner = plan.machines.filter(({ zone }) => zone !== 'dmz').map(({ name }) => name);
    expect(forbiddenPairs(site, plan, 'dmz-node-1').map(({ name }) => name)).toEqual(inner);
  });
  test('is not what the site itself lets in from everywhere', async () => {
    const { site, plan } = await contextFor('dmz-node-1', (given) => ({
      ...given,
      management: ['0.0.0.0/0'],
    }));
    expect(forbiddenPairs(site, plan, 'dmz-node-1')).toEqual([]);
  });
});

test('the DMZ gets nothing that only Longhorn needs', async () => {
  const scriptOf = async (name: string): Promise<string> => {
    const context = await contextFor(name);
    const resources = [...(await stateOf.packages(context)), ...(await stateOf.hardening(context))];
    return compile(resources, { mode: 'apply' });
  };
  expect(await scriptOf('middleware-worker-1')).toMatch(/ nfs-common [\s\S]*iscsi_tcp/);
  expect(await scriptOf('dmz-node-1')).not.toMatch(/nfs-common|iscsi/);
});

test('the firewall names no address that one of its networks holds already', async () => {
  const { site, plan, machine } = await contextFor('lb-lan-1', (given) => ({
    ...given,
    management: ['127.10.0.0/24'],
  }));
  const line = firewallRules(site, plan, machine)
    .split('\n')
    .find((rule) => rule.includes('8404'));
  expect(line).toContain('ip saddr 127.10.0.0/24 tcp dport 8404 accept');
});
