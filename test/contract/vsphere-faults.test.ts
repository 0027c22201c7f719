import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SoapSession } from '../../activities/clients/vsphere/soap-session.js';
import { vsphereHypervisor } from '../../activities/clients/vsphere/vsphere-hypervisor.js';
import type { CallOptions, Hypervisor, MachineSpec } from '../../activities/clients/hypervisor.js';
import { ApiError, PermanentError } from '../../activities/errors.js';
import { account, startSandbox, type Sandbox } from './vsphere-targets.js';

const placement = {
  datacenter: 'DC0',
  cluster: 'DC0_C0',
  datastore: 'LocalDS_0',
  folder: 'socle',
  resourcePool: 'Resources',
  hosts: [],
};
const site = { name: 'test', uuid: '0b8f6f5e-7c0d-4a55-9d0e-3f6f0f6f1a10' };

function options(signal = AbortSignal.timeout(30_000)): CallOptions {
  return { signal, progress: () => undefined };
}

function specOf(name: string): MachineSpec {
  return {
    name,
    instanceUuid: randomUUID(),
    template: 'debian-12-cloud',
    vcpu: 2,
    memoryMiB: 2048,
    disksGiB: [20],
    network: 'pg-infra',
    note: '',
    spread: 0,
    userData: '#cloud-config\n{}\n',
    metaData: (macAddress) => macAddress,
  };
}

function on(sandbox: Sandbox, fields: { hosts?: string[] } = {}): Hypervisor {
  return vsphereHypervisor(
    { url: sandbox.url, caPem: sandbox.caPem, ...account },
    { ...placement, ...fields },
    site,
  );
}

describe('whatever happens on the way, a machine is made once', () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await startSandbox({ taskMs: 150 });
  });
  afterEach(() => sandbox.close());

  test('the answer to a clone is lost after it was accepted', async () => {
    const spec = specOf('vault-1');
    sandbox.inject({ operation: 'CloneVM_Task', subject: 'vault-1', kind: 'lost-answer' });
    const first = await on(sandbox)
      .ensureMachine(spec, options())
      .catch((error: unknown) => error);
    expect(first).toMatchObject({ status: 0, retryable: true });
    expect(await on(sandbox).ensureMachine(spec, options())).toBe('adopted');
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
  });

  test('a worker is lost in mid-task and the next one follows the same clone', async () => {
    const spec = specOf('vault-1');
    const lost = new AbortController();
    const first = on(sandbox).ensureMachine(spec, { ...options(lost.signal), progress: () => lost.abort() });
    await expect(first).rejects.toThrow();
    expect(sandbox.effects('clone')).toEqual([]);
    const said: string[] = [];
    expect(
      await on(sandbox).ensureMachine(spec, { ...options(), progress: (what) => void said.push(what) }),
    ).toBe('adopted');
    expect(said).toContain("vault-1: an earlier attempt's clone is running");
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
  });

  test('a removal that meets a clone under way waits for it and deletes it', async () => {
    const spec = specOf('vault-1');
    sandbox.inject({ operation: 'CloneVM_Task', kind: 'lost-answer' });
    await on(sandbox)
      .ensureMachine(spec, options())
      .catch(() => undefined);
    await on(sandbox).removeMachine(spec, options());
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
    expect(sandbox.effects('destroy')).toEqual(['vault-1']);
  });

  test('the session ends while the task runs', async () => {
    let ended = false;
    const progress = (): void => {
      if (!ended) sandbox.inject({ operation: 'RetrievePropertiesEx', kind: 'session-expired' });
      ended = true;
    };
    expect(await on(sandbox).ensureMachine(specOf('vault-1'), { ...options(), progress })).toBe('created');
    expect(ended).toBe(true);
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
  });

  test('the task is slow', async () => {
    sandbox.inject({ operation: 'CloneVM_Task.duration', kind: 'slow', argument: 1_500 });
    const said = new Set<string>();
    expect(
      await on(sandbox).ensureMachine(specOf('vault-1'), {
        ...options(),
        progress: (what) => void said.add(what),
      }),
    ).toBe('created');
    expect(said).toContain('clone vault-1: running 10 %');
  });

  test('the clone task fails: nothing is left, and the next attempt makes the machine', async () => {
    const spec = specOf('vault-1');
    sandbox.inject({ operation: 'CloneVM_Task.task', kind: 'error', argument: 'InsufficientResourcesFault' });
    await expect(on(sandbox).ensureMachine(spec, options())).rejects.toMatchObject({
      fault: 'InsufficientResourcesFault',
      retryable: true,
    });
    expect(await on(sandbox).machineFacts(spec, options())).toBeUndefined();
    expect(await on(sandbox).ensureMachine(spec, options())).toBe('created');
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
  });

  test('a connection that breaks during a read is tried again at once', async () => {
    sandbox.inject({ operation: 'FindByUuid', kind: 'reset' });
    expect(await on(sandbox).machineFacts(specOf('vault-1'), options())).toBeUndefined();
  });

  test('answers lost to power on, reconfigure, rules and delete double nothing', async () => {
    const specs = [specOf('vault-1'), specOf('vault-2')];
    const [spec] = specs as [MachineSpec, MachineSpec];
    const groups = [{ name: 'vault', machines: specs }];
    for (const one of specs) await on(sandbox).ensureMachine(one, options());
    const twice = async (
      operation: string,
      work: (hypervisor: Hypervisor) => Promise<unknown>,
    ): Promise<void> => {
      sandbox.inject({ operation, kind: 'lost-answer' });
      await expect(work(on(sandbox))).rejects.toBeInstanceOf(ApiError);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await work(on(sandbox));
    };
    await twice('ReconfigVM_Task', (hypervisor) => hypervisor.reshape(spec, options()));
    await twice('ReconfigureComputeResource_Task', (hypervisor) =>
      hypervisor.ensureSeparation(groups, options()),
    );
    await twice('PowerOnMultiVM_Task', (hypervisor) => hypervisor.powerOn(spec, options()));
    await twice('Destroy_Task', (hypervisor) => hypervisor.removeMachine(spec, options()));
    expect(sandbox.effects('reconfigure')).toEqual(['vault-1']);
    expect(sandbox.effects('set-rules')).toHaveLength(1);
    expect(sandbox.effects('power-on')).toEqual(['vault-1']);
    expect(sandbox.effects('destroy')).toEqual(['vault-1']);
  });

  test('the server is restarted while it clones: the clone is lost with it and made again', async () => {
    const spec = specOf('vault-1');
    const again: { sandbox?: Promise<Sandbox> } = {};
    const clone = on(sandbox).ensureMachine(spec, {
      ...options(),
      progress: () => void (again.sandbox ??= sandbox.restart()),
    });
    await expect(clone).rejects.toMatchObject({ retryable: true });
    sandbox = await again.sandbox!;
    expect(await on(sandbox).ensureMachine(spec, options())).toBe('created');
    expect(sandbox.effects('clone')).toEqual(['vault-1']);
  });

  test('a lost restart goes on where it was', async () => {
    const spec = specOf('vault-1');
    await on(sandbox).ensureMachine(spec, options());
    await on(sandbox).powerOn(spec, options());
    sandbox.inject({ operation: 'PowerOnMultiVM_Task', kind: 'reset' });
    await expect(on(sandbox).restart(spec, 'run-1', options())).rejects.toBeInstanceOf(ApiError);
    await on(sandbox).restart(spec, 'run-1', options());
    expect(sandbox.effects('power-off')).toEqual(['vault-1']);
    expect(sandbox.effects('power-on')).toEqual(['vault-1', 'vault-1']);
  });

  test('more clones than vCenter runs at once wait in its queue', async () => {
    const specs = Array.from({ length: 12 }, (_, index) => specOf(`worker-${index + 1}`));
    const said = new Set<string>();
    await Promise.all(
      specs.map((spec) =>
        on(sandbox).ensureMachine(spec, {
          ...options(),
          progress: (what) => void said.add(what.replace(/\d+/g, 'N')),
        }),
      ),
    );
    expect(said).toContain('clone worker-N: queued');
    expect(sandbox.effects('clone')).toHaveLength(12);
  });
});

describe('this vCenter', () => {
  test('is what its journal says after a restart', async () => {
    const sandbox = await startSandbox();
    const specs = [specOf('vault-1'), specOf('vault-2')];
    const [spec, other] = specs as [MachineSpec, MachineSpec];
    for (const one of specs) await on(sandbox).ensureMachine(one, options());
    await on(sandbox).reshape(spec, options());
    await on(sandbox).powerOn(spec, options());
    await on(sandbox).ensureSeparation([{ name: 'vault', machines: specs }], options());
    const before = await on(sandbox).machineFacts(spec, options());
    const again = await sandbox.restart();
    expect(await on(again).machineFacts(spec, options())).toEqual(before);
    expect(await on(again).separations(options())).toEqual(['vault']);
    expect([...again.running.keys()]).toEqual([spec.instanceUuid]);
    const third = specOf('vault-3');
    await on(again).ensureMachine(third, options());
    const macs = await Promise.all(
      [spec, other, third].map(async (one) => (await on(again).machineFacts(one, options()))?.macAddress),
    );
    expect(new Set(macs).size).toBe(3);
    await again.close();
  });

  test('keeps separated machines on different hosts', async () => {
    const sandbox = await startSandbox({ inventory: { hosts: 2 } });
    const specs = [specOf('lb-1'), specOf('filler-1'), specOf('lb-2')];
    for (const spec of specs) await on(sandbox).ensureMachine(spec, options());
    const pair = [specs[0]!, specs[2]!];
    const hosts = async (): Promise<(string | undefined)[]> =>
      Promise.all(pair.map(async (spec) => (await on(sandbox).machineFacts(spec, options()))?.host));
    expect(new Set(await hosts()).size).toBe(1);
    await on(sandbox).ensureSeparation([{ name: 'lb', machines: pair }], options());
    for (const spec of pair) await on(sandbox).powerOn(spec, options());
    expect(new Set(await hosts()).size).toBe(2);
    await sandbox.close();
  });

  test('without DRS machines are spread over named hosts, and a shared host is mended while they are off', async () => {
    const sandbox = await startSandbox({ inventory: { drs: false, hosts: 3 } });
    const hosts = ['DC0_C0_H2', 'DC0_C0_H0'];
    const hypervisor = on(sandbox, { hosts });
    const specs = [specOf('lb-1'), specOf('lb-2')];
    for (const [spread, spec] of specs.entries())
      await hypervisor.ensureMachine({ ...spec, spread }, options());
    const groups = [{ name: 'lb', machines: specs }];
    expect((await hypervisor.capacity(options())).placesMachines).toBe(false);
    expect(await hypervisor.separationDifference(groups, options())).toEqual([]);
    const third = specOf('lb-3');
    await on(sandbox).ensureMachine({ ...third, spread: 0 }, options());
    const three = [{ name: 'lb', machines: [...specs, third] }];
    expect(await on(sandbox).separationDifference(three, options())).toEqual(['move lb-3 to host DC0_C0_H1']);
    await on(sandbox).ensureSeparation(three, options());
    expect(await on(sandbox).separationDifference(three, options())).toEqual([]);
    await on(sandbox).powerOn(third, options());
    expect(sandbox.effects('set-rules')).toEqual([]);
    await sandbox.close();
  });

  test('says which privileges the account lacks', async () => {
    const sandbox = await startSandbox({
      denied: ['Datastore.AllocateSpace', 'VirtualMachine.Provisioning.DeployTemplate'],
    });
    expect(await on(sandbox).problems([specOf('vault-1')], options())).toEqual([
      'the account lacks Datastore.AllocateSpace on the datastore datastore-9',
      'the account lacks VirtualMachine.Provisioning.DeployTemplate on the template vm-100',
    ]);
    await sandbox.close();
  });

  test('no secret is in an error, whatever the server says', async () => {
    const sandbox = await startSandbox();
    const session = new SoapSession({
      url: sandbox.url,
      caPem: sandbox.caPem,
      username: account.username,
      password: 'seeded-canary',
    });
    sandbox.inject({ operation: 'Login', kind: 'error', argument: 'seeded-canary' });
    const errors = [
      await session.key().catch((error: unknown) => error),
      await session.key().catch((error: unknown) => error),
    ];
    sandbox.inject({ operation: 'Login', kind: 'reset' });
    errors.push(await session.key().catch((error: unknown) => error));
    for (const error of errors.slice(1))
      expect(JSON.stringify(error, [...Object.getOwnPropertyNames(error), 'cause'])).not.toContain(
        'seeded-canary',
      );
    expect(errors[1]).toBeInstanceOf(PermanentError);
    expect(errors[2]).toBeInstanceOf(ApiError);
    await sandbox.close();
  });

  test('a call stops when it is told to', async () => {
    const sandbox = await startSandbox({ taskMs: 5_000 });
    const stop = new AbortController();
    const startedAt = Date.now();
    const clone = on(sandbox).ensureMachine(specOf('vault-1'), {
      signal: stop.signal,
      progress: () => stop.abort(new Error('told to stop')),
    });
    await expect(clone).rejects.toThrow();
    expect(Date.now() - startedAt).toBeLessThan(2_000);
    await sandbox.close();
  });
});
