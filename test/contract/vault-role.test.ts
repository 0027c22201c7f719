import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { readSecret, writeSecret } from '../../activities/clients/vault/kv.js';
import { raftPeers } from '../../activities/clients/vault/raft.js';
import type { Role, Step, StepContext } from '../../activities/role.js';
import { installVault } from '../../activities/roles/3-base-infrastructure/install-vault.js';
import { asOrchestrator } from '../../activities/roles/3-base-infrastructure/vault/log-in.js';
import { activeNode } from '../../activities/roles/3-base-infrastructure/vault/nodes.js';
import { paths, vaultUnitName } from '../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import { killUnit } from '../../sandbox/machine/programs/supervise.js';
import { canTestWith } from '../../tools/test-programs.js';
import type { S3UnderTest } from './s3-contract.js';
import { startRealS3 } from './s3-real.js';
import { RoleOnMachines } from './role-on-machines.js';

const names = ['vault-1', 'vault-2', 'vault-3'] as const;
const role = installVault as unknown as Role;
const each = ['program', 'certificate', 'configuration'].flatMap((step) =>
  names.map((name) => `${step} ${name}`),
);

/** What the role makes of three simulated machines, and what these do then. */
describe('install-vault in the sandbox', () => {
  let given: RoleOnMachines;
  const machine = (name: string) => given.machine(name);
  const stepOf = (id: string): Step => given.step(id);
  const contextOf = (name: string): StepContext => given.context(name);
  const verified = (): Promise<void> => given.verified();
  const someoneLeads = (): Promise<void> =>
    expect.poll(() => activeNode(contextOf(names[0])), { timeout: 20_000, interval: 100 }).toBeDefined();
  // Nodes that were just opened have yet to choose who leads: until then nothing can be said of the configuration.
  const converge = (): Promise<string[]> =>
    given.converge(async (step) => {
      if (step.id === 'configure') await someoneLeads();
    });

  beforeAll(async () => {
    given = await RoleOnMachines.prepare(role, names, 'vault');
  }, 180_000);
  afterAll(() => given.close());

  const opened = names.map((name) => `running ${name}`);

  test('each step does its work once, and a second pass finds nothing to do', async () => {
    const changed = await converge();
    expect([...changed].sort()).toEqual([...each, 'initialise vault-1', ...opened, 'configure'].sort());
    await verified();
    const effects = given.under.journal.entries().length;
    expect(await converge()).toEqual([]);
    expect(given.under.journal.entries().slice(effects)).toEqual([]);
    const initialised = given.under.journal.entries().filter(({ effect }) => effect === 'vault-initialised');
    expect(initialised).toHaveLength(1);
    for (const name of names)
      for (const file of paths.audit)
        if (name !== names[0]) expect(await machine(name).files.exists(file), `${name} ${file}`).toBe(false);
  }, 240_000);

  test("its nodes' certificates and its intermediate are seen, and need nobody", async () => {
    const [look, intermediate] = role.operations['certificates']!.steps;
    for (const name of names)
      expect(await look!.check(contextOf(name))).toMatchObject({
        state: 'done',
        result: { place: `/etc/socle/tls/${name}.pem`, problems: [], renewal: { timer: 'active' } },
      });
    expect(await intermediate!.check(contextOf(names[0]))).toMatchObject({
      state: 'done',
      result: { facts: { title: 'Intermediate of Vault', names: [] }, problems: [] },
    });
  });

  test('after a power cut of all three it is opened again and holds what it held', async () => {
    await given.cutPower();
    expect((await converge()).sort()).toEqual([...opened].sort());
    await verified();
  }, 240_000);

  test('after the sandbox itself was killed too', async () => {
    closeHosts();
    await given.under.restart();
    expect((await converge()).sort()).toEqual([...opened].sort());
    await verified();
  }, 240_000);

  test('a configuration that was changed by hand is put right, without a restart: it never took effect', async () => {
    const text = (await machine('vault-2').files.text(paths.configuration))!;
    await machine('vault-2').files.writeFile(paths.configuration, text.replace('ui = true', 'ui = false'));
    expect(await role.verify(contextOf('vault-2'))).toMatchObject({ state: 'todo' });
    expect(await converge()).toEqual(['configuration vault-2']);
    await verified();
  }, 240_000);

  test('the leader killed, another one leads, and the one that was killed is started and opened', async () => {
    const { url } = (await activeNode(contextOf(names[0])))!;
    const { name } = given.under.machines.powered().find(({ address }) => url.includes(`//${address}:`))!;
    await killUnit(machine(name), vaultUnitName);
    await someoneLeads();
    expect((await activeNode(contextOf(names[0])))!.url).not.toBe(url);
    expect(await converge()).toEqual([`running ${name}`]);
    await verified();
  }, 240_000);

  test('a machine that was emptied becomes a member again', async () => {
    await killUnit(machine('vault-3'), vaultUnitName);
    for (const path of [paths.storage, paths.initialisation])
      await machine('vault-3').files.rm(path, { recursive: true });
    expect(await converge()).toEqual(['program vault-3', 'running vault-3']);
    await verified();
    const active = (await activeNode(contextOf(names[0])))!;
    const peers = await raftPeers((await asOrchestrator(contextOf(names[0]), active))!);
    expect(peers.map(({ nodeId }) => nodeId).sort()).toEqual([...names]);
  }, 240_000);

  describe.runIf(canTestWith('go'))('with a backup target', () => {
    let target: S3UnderTest;
    beforeAll(async () => {
      target = await startRealS3();
    }, 3_600_000);
    afterAll(() => target?.close());

    const inRun = (name: string, runId: string): StepContext => given.inRun(target, name, runId);
    const operate = (operation: string, runId: string): Promise<void> =>
      given.operate(operation, (name) => inRun(name, runId));
    const vault = async () =>
      (await asOrchestrator(contextOf(names[0]), (await activeNode(contextOf(names[0])))!))!;
    const saved = async (): Promise<unknown> =>
      (await readSecret(await vault(), 'kv', 'platform/saved'))?.fields;

    test('what was saved comes back, once in a run', async () => {
      await writeSecret(await vault(), 'kv', 'platform/saved', { state: 'good' }, 0);
      await operate('backup', '0a');
      const [save] = role.operations['backup']!.steps;
      expect(await save!.check(inRun(names[0], '0b'))).toMatchObject({ state: 'todo' });
      await writeSecret(await vault(), 'kv', 'platform/saved', { state: 'spoilt' }, 1);
      await operate('restore', '0c');
      await someoneLeads();
      expect(await saved()).toEqual({ state: 'good' });
    }, 240_000);

    test('a Vault that was lost with all its disks comes back in new machines of the same site', async () => {
      for (const name of names) await stepOf('undo').apply(contextOf(name));
      await converge();
      expect(await saved()).toBeUndefined();
      await operate('restore', '0d');
      await someoneLeads();
      expect(await saved()).toEqual({ state: 'good' });
      expect(await converge()).toEqual([]);
      await verified();
    }, 240_000);
  });

  test('removal leaves nothing, and it can be installed anew', async () => {
    for (const name of names) await stepOf('undo').apply(contextOf(name));
    for (const name of names) {
      expect(await stepOf('undo').check(contextOf(name))).toEqual({ state: 'done' });
      for (const path of [paths.settings, paths.data, paths.logs, paths.program])
        expect(await machine(name).files.exists(path), `${name} ${path}`).toBe(false);
      const ports = machine(name)
        .listeners()
        .map(({ port }) => port);
      expect(ports).not.toContain(8200);
    }
    await converge();
    await verified();
  }, 240_000);
});
