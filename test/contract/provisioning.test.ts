import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AnyRole } from '../../activities/registry.js';
import type { CheckResult, Step, StepContext } from '../../activities/role.js';
import { hypervisorOf } from '../../activities/roles/1-provisioning/hypervisor-of.js';
import { machineSpecOf } from '../../activities/roles/1-provisioning/machine-spec-of.js';
import { provisionnementVmsApps } from '../../activities/roles/1-provisioning/provisionnement-vms-apps.js';
import { provisionnementVmsInfra } from '../../activities/roles/1-provisioning/provisionnement-vms-infra.js';
import { parseSite } from '../../config/load.js';
import type { Machine } from '../../config/machine.js';
import { createSecrets } from '../../config/secrets.js';
import { sshKeyPair } from '../../config/secrets-keys.js';
import type { Site } from '../../config/site.js';
import { edited, exampleText } from '../unit/site-fixture.js';
import { sshMachines } from './provisioning-machines.js';
import { account, startSandbox, type Sandbox } from './vsphere-targets.js';

const roles: readonly AnyRole[] = [provisionnementVmsInfra, provisionnementVmsApps];

function machineOf(name: string, fields: Pick<Machine, 'group' | 'zone' | 'address'>): Machine {
  return {
    name,
    ...fields,
    sshPort: 2222,
    vcpu: 2,
    memoryMiB: 4096,
    disks: [
      { name: 'system', sizeGiB: 40 },
      { name: 'data', sizeGiB: 10, mountPoint: '/var/lib/data' },
    ],
    instanceUuid: randomUUID(),
    template: 'debian-12-cloud',
  };
}

function stepOf(steps: readonly Step[], id: string): Step {
  const step = steps.find((candidate) => candidate.id === id);
  if (step === undefined) throw new Error(`there is no step ${id}`);
  return step;
}

describe('the provisioning roles', () => {
  let sandbox: Sandbox;
  let site: Site;
  let machines: Machine[];
  let guests: ReturnType<typeof sshMachines>;
  let environment: NodeJS.ProcessEnv;
  let prune: boolean;

  beforeEach(async () => {
    guests = sshMachines();
    prune = false;
    sandbox = await startSandbox({ machines: guests });
    environment = {
      SOCLE_MASTER_KEY: 'ab'.repeat(32),
      SOCLE_VSPHERE_PASSWORD: account.password,
      SOCLE_VSPHERE_CA: sandbox.caPem,
      SOCLE_ARTIFACT_CA: sandbox.caPem,
    };
    const text = edited(
      exampleText,
      ['https://127.0.0.1:18443/sdk', sandbox.url],
      ['administrator@vsphere.local', account.username],
    );
    const parsed = parseSite(text, 'site.yaml');
    if (!('site' in parsed)) throw new Error('the example is not a site');
    site = { ...parsed.site, uuid: randomUUID() };
    machines = [
      machineOf('vault-1', { group: 'vault', zone: 'infra', address: '127.77.1.11' }),
      machineOf('vault-2', { group: 'vault', zone: 'infra', address: '127.77.1.12' }),
      machineOf('apps-worker-1', { group: 'apps-worker', zone: 'lan', address: '127.77.2.11' }),
    ];
  });
  afterEach(async () => {
    guests.close();
    await sandbox.close();
  });

  function contextOf(role: AnyRole, target: string): StepContext {
    const own = machines.filter(({ group }) => role.groups.includes(group));
    return {
      plan: {
        planVersion: 1,
        mode: 'apply',
        site,
        machines,
        virtualAddresses: [],
        phases: [],
        assumed: [],
        ...(prune && { prune }),
      },
      site,
      inputs: {},
      target,
      machine: own.find(({ name }) => name === target) ?? own[0]!,
      machines: own,
      secrets: createSecrets(site, environment),
      runId: 'run-1',
      signal: AbortSignal.timeout(20_000),
      progress: () => undefined,
    };
  }

  /** check → apply → check on every target, as the adapter does it; answers what each step changed. */
  async function converge(role: AnyRole, steps: readonly Step[]): Promise<string[]> {
    const changed: string[] = [];
    for (const step of steps) {
      const own = machines.filter(({ group }) => role.groups.includes(group)).map(({ name }) => name);
      for (const target of step.on === 'site' ? [site.name] : own) {
        const context = contextOf(role, target);
        if ((await step.check(context)).state === 'done') continue;
        await step.apply(context);
        expect(await step.check(context), `${step.id} on ${target}`).toEqual({ state: 'done' });
        changed.push(`${step.id} ${target}`);
      }
    }
    return changed;
  }

  function verify(role: AnyRole, target: string): Promise<CheckResult> {
    return role.verify(contextOf(role, target));
  }

  test('make every machine once, change nothing the second time and leave nothing behind', async () => {
    for (const role of roles)
      for (const preflight of role.preflight)
        expect(await preflight.check(contextOf(role, site.name))).toEqual([]);
    const made = await Promise.all(roles.map((role) => converge(role, role.steps)));
    // These machines answer as soon as they are on, so the step that waits for it finds nothing to do.
    expect(made).toEqual([
      ['clone vault-1', 'clone vault-2', `separate ${site.name}`, 'power-on vault-1', 'power-on vault-2'],
      ['clone apps-worker-1', 'power-on apps-worker-1'],
    ]);
    for (const role of roles) expect(await converge(role, role.steps)).toEqual([]);
    expect(await verify(provisionnementVmsInfra, 'vault-1')).toEqual({ state: 'done' });
    for (const role of roles) await converge(role, role.remove);
    for (const role of roles) expect(await converge(role, role.remove)).toEqual([]);
    expect(sandbox.effects('clone').sort()).toEqual(sandbox.effects('destroy').sort());
    expect(sandbox.effects('set-rules')).toHaveLength(2);
    expect(sandbox.leftovers()).toEqual({ machines: [], rules: [] });
    expect(sandbox.journal()).not.toMatch(/[A-Za-z0-9+/=]{201}/);
  });

  describe('when the plan has shrunk', () => {
    const surplus = stepOf(provisionnementVmsApps.steps, 'surplus');
    const note = (name: string): string =>
      `${name} is in the hypervisor but not in the plan; remove it with: socle deploy FILE --prune`;
    const deleted = { state: 'todo', reason: 'machines are left that the plan no longer has' };
    const check = (role: AnyRole): Promise<CheckResult> =>
      stepOf(role.steps, 'surplus').check(contextOf(role, site.name));

    beforeEach(async () => {
      machines.push(
        machineOf('apps-worker-2', { group: 'apps-worker', zone: 'lan', address: '127.77.2.12' }),
      );
      for (const role of roles) await converge(role, role.steps);
      machines.pop();
    });

    test('a second deployment lists the surplus machine in its own role and changes nothing', async () => {
      const before = sandbox.journal();
      for (const role of roles) expect(await converge(role, role.steps)).toEqual([]);
      expect(await check(provisionnementVmsApps)).toEqual({ state: 'done', notes: [note('apps-worker-2')] });
      expect(await check(provisionnementVmsInfra)).toEqual({ state: 'done' });
      expect(sandbox.journal()).toBe(before);
    });

    test('prune deletes exactly the surplus machine, once', async () => {
      prune = true;
      expect(await check(provisionnementVmsApps)).toEqual({ ...deleted, changes: ['delete apps-worker-2'] });
      expect(sandbox.effects('destroy')).toEqual([]);
      const changed = await Promise.all(roles.map((role) => converge(role, role.steps)));
      expect(changed).toEqual([[], [`surplus ${site.name}`]]);
      for (const role of roles) expect(await converge(role, role.steps)).toEqual([]);
      expect(sandbox.effects('power-off')).toEqual(['apps-worker-2']);
      expect(sandbox.effects('destroy')).toEqual(['apps-worker-2']);
    });

    test("machines of the site that no group names are the infrastructure's", async () => {
      const context = contextOf(provisionnementVmsInfra, 'vault-1');
      const spec = await machineSpecOf(context.machine, context);
      const hypervisor = await hypervisorOf(site, context.secrets);
      await hypervisor!.ensureMachine({ ...spec, name: 'bastion', instanceUuid: randomUUID() }, context);
      expect(await check(provisionnementVmsInfra)).toEqual({ state: 'done', notes: [note('bastion')] });
      expect(await check(provisionnementVmsApps)).toEqual({ state: 'done', notes: [note('apps-worker-2')] });
    });

    test('machines of others in the same folder are neither listed nor touched', async () => {
      const ours = { site, machines };
      site = { ...site, uuid: randomUUID() };
      machines = [machineOf('apps-worker-9', { group: 'apps-worker', zone: 'lan', address: '127.77.2.19' })];
      await converge(provisionnementVmsApps, provisionnementVmsApps.steps);
      ({ site, machines } = ours);
      expect(await check(provisionnementVmsApps)).toEqual({ state: 'done', notes: [note('apps-worker-2')] });
      prune = true;
      for (const role of roles) await converge(role, role.steps);
      for (const role of roles) await converge(role, role.remove);
      expect(sandbox.leftovers().machines).toEqual(['apps-worker-9']);
    });

    test('a planned machine that somebody renamed is not taken for a surplus one', async () => {
      const { instanceUuid } = machines.find(({ name }) => name === 'apps-worker-1')!;
      machines = machines.map((machine) =>
        machine.instanceUuid === instanceUuid ? { ...machine, name: 'apps-worker-7' } : machine,
      );
      expect(await check(provisionnementVmsApps)).toEqual({ state: 'done', notes: [note('apps-worker-2')] });
    });

    test('an answer lost to its deletion doubles nothing', async () => {
      prune = true;
      sandbox.inject({ operation: 'Destroy_Task', subject: 'apps-worker-2', kind: 'lost-answer' });
      const context = contextOf(provisionnementVmsApps, site.name);
      await expect(surplus.apply(context)).rejects.toMatchObject({ status: 0, retryable: true });
      await converge(provisionnementVmsApps, [surplus]);
      expect(sandbox.effects('power-off')).toEqual(['apps-worker-2']);
      expect(sandbox.effects('destroy')).toEqual(['apps-worker-2']);
    });

    test('the rule of a pair that became one machine goes with the site', async () => {
      expect(sandbox.leftovers().rules).toHaveLength(1);
      machines = machines.filter(({ name }) => name !== 'vault-2');
      await converge(provisionnementVmsApps, provisionnementVmsApps.remove);
      expect(sandbox.leftovers().rules).toHaveLength(1);
      await converge(provisionnementVmsInfra, provisionnementVmsInfra.remove);
      expect(sandbox.leftovers()).toEqual({ machines: [], rules: [] });
    });

    test('removing the site takes the surplus machine too, removing one role only its own', async () => {
      await converge(provisionnementVmsInfra, provisionnementVmsInfra.remove);
      expect(sandbox.leftovers().machines.sort()).toEqual(['apps-worker-1', 'apps-worker-2']);
      await converge(provisionnementVmsApps, provisionnementVmsApps.remove);
      expect(sandbox.leftovers()).toEqual({ machines: [], rules: [] });
      expect(sandbox.effects('destroy')).toHaveLength(4);
    });
  });

  test('verify names what somebody changed by hand', async () => {
    await converge(provisionnementVmsInfra, provisionnementVmsInfra.steps);
    machines = machines.map((machine) => ({
      ...machine,
      vcpu: 4,
      address: machine.address.replace('127.77', '127.78'),
    }));
    expect(await verify(provisionnementVmsInfra, 'vault-1')).toEqual({
      state: 'todo',
      reason: 'is not as planned',
      changes: ['2 to 4 vCPU', 'cloud-init metadata', 'has 127.77.1.11 instead of 127.78.1.11'],
    });
  });

  test('a running machine waits for a restart that a person orders, and gets one', async () => {
    await converge(provisionnementVmsInfra, provisionnementVmsInfra.steps);
    machines = machines.map((machine) => ({ ...machine, memoryMiB: 8192 }));
    const [clone] = provisionnementVmsInfra.steps;
    await expect(clone!.apply(contextOf(provisionnementVmsInfra, 'vault-1'))).rejects.toThrow(
      'Then: socle run provisionnement-vms-infra restart vault-1',
    );
    const restart = provisionnementVmsInfra.operations['restart']!.steps;
    expect(await converge(provisionnementVmsInfra, restart)).toEqual(['restart vault-1', 'restart vault-2']);
    expect(await converge(provisionnementVmsInfra, restart)).toEqual([]);
    expect(sandbox.effects('power-off')).toEqual(['vault-1', 'vault-2']);
    expect(await converge(provisionnementVmsInfra, provisionnementVmsInfra.steps)).toEqual([]);
  });

  test('a host with another key is not taken for the machine', async () => {
    guests.close();
    await sandbox.close();
    guests = sshMachines(sshKeyPair(randomBytes(32), 'another').privateKey);
    sandbox = await startSandbox({ machines: guests });
    site = { ...site, hypervisor: { ...site.hypervisor, url: sandbox.url } as Site['hypervisor'] };
    environment = { ...environment, SOCLE_VSPHERE_CA: sandbox.caPem };
    const steps = provisionnementVmsApps.steps;
    await converge(
      provisionnementVmsApps,
      steps.filter((step) => step.id !== 'answer'),
    );
    const answer = steps.find((step) => step.id === 'answer')!;
    expect(await answer.check(contextOf(provisionnementVmsApps, 'apps-worker-1'))).toEqual({
      state: 'todo',
      reason: 'SSH answers with another host key',
      changes: [],
    });
  });

  test('a machine that shows its key before it lets anybody in is waited for', async () => {
    guests.close();
    await sandbox.close();
    guests = sshMachines(undefined, 3);
    sandbox = await startSandbox({ machines: guests });
    site = { ...site, hypervisor: { ...site.hypervisor, url: sandbox.url } as Site['hypervisor'] };
    environment = { ...environment, SOCLE_VSPHERE_CA: sandbox.caPem };
    const { steps } = provisionnementVmsApps;
    await converge(
      provisionnementVmsApps,
      steps.filter((step) => step.id !== 'answer'),
    );
    const answer = steps.find((step) => step.id === 'answer')!;
    const context = contextOf(provisionnementVmsApps, 'apps-worker-1');
    expect(await answer.check(context)).toMatchObject({
      state: 'todo',
      reason: expect.stringContaining('SSH does not let Socle in') as string,
    });
    await answer.apply(context);
    expect(await answer.check(context)).toEqual({ state: 'done' });
  });

  test('machines of another team are only asked for their key', async () => {
    await converge(provisionnementVmsApps, provisionnementVmsApps.steps);
    const known = createSecrets(site, environment).bootstrapHostKey('apps-worker-1').publicKey;
    site = { ...site, hypervisor: { kind: 'existing' } };
    machines = machines.map((machine) => ({ ...machine, existingHostKey: known }));
    const cloned = sandbox.effects('clone');
    expect(await converge(provisionnementVmsApps, provisionnementVmsApps.steps)).toEqual([]);
    expect(await converge(provisionnementVmsApps, provisionnementVmsApps.remove)).toEqual([]);
    expect(sandbox.effects('clone')).toEqual(cloned);
    expect(sandbox.effects('destroy')).toEqual([]);
    const unknown = { ...machines[2]! };
    delete unknown.existingHostKey;
    machines = [unknown];
    const [hypervisor] = provisionnementVmsApps.preflight;
    expect(await hypervisor!.check(contextOf(provisionnementVmsApps, site.name))).toEqual([
      expect.stringContaining('machines.apps-worker-1.hostKey is missing'),
    ]);
  });
});
