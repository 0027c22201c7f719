import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { readSecret, writeSecret } from '../../activities/clients/vault/kv.js';
import { raftPeers } from '../../activities/clients/vault/raft.js';
import { ApiError, NotReadyError } from '../../activities/errors.js';
import type { Role, Step, StepContext } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { installVault } from '../../activities/roles/3-base-infrastructure/install-vault.js';
import { asOrchestrator } from '../../activities/roles/3-base-infrastructure/vault/log-in.js';
import { activeNode } from '../../activities/roles/3-base-infrastructure/vault/nodes.js';
import { paths, vaultUnitName } from '../../activities/roles/3-base-infrastructure/vault/server-settings.js';
import { catalogue } from '../../config/artifacts/catalogue.js';
import { createSecrets } from '../../config/secrets.js';
import { storePath } from '../../config/artifacts/store.js';
import { killUnit } from '../../sandbox/machine/programs/supervise.js';
import { serveStore, storeFiles } from '../../sandbox/store.js';
import { canTestWith } from '../../tools/test-programs.js';
import type { S3UnderTest } from './s3-contract.js';
import { startRealS3 } from './s3-real.js';
import { environment, MachinesUnderTest } from './sandbox-machines.js';

const names = ['vault-1', 'vault-2', 'vault-3'] as const;
const role = installVault as unknown as Role;
const each = ['program', 'certificate', 'configuration'].flatMap((step) =>
  names.map((name) => `${step} ${name}`),
);

/** What the role makes of three simulated machines, and what these do then. */
describe('install-vault in the sandbox', () => {
  let under: MachinesUnderTest;
  let store: Server;
  const machine = (name: string) => under.machines.powered().find((one) => one.name === name)!;
  const stepOf = (id: string): Step => [...role.steps, ...role.remove].find((step) => step.id === id)!;

  /** The site with the store of this test, and the sandbox's own program in it. */
  const contextOf = (name: string): StepContext => {
    const context = under.context(role, name);
    const { url, version } = catalogue.vault;
    const content = storeFiles.get(storePath(catalogue.vault))!;
    const own = { name: 'vault', version, url, sha256: createHash('sha256').update(content).digest('hex') };
    const address = `http://127.0.0.1:${(store.address() as AddressInfo).port}/store`;
    const artifacts = { ...context.site.artifacts, store: address, catalogue: [own] };
    const site = { ...context.site, artifacts } as StepContext['site'];
    return { ...context, site, plan: { ...context.plan, site } };
  };

  beforeAll(async () => {
    store = createServer((request, response) => {
      if (!serveStore(request, response)) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    const { port } = store.address() as AddressInfo;
    under = await MachinesUnderTest.boot(names, undefined, [
      { address: '127.0.0.1', ports: [port], name: 'artefact store' },
    ]);
    const prepare = prepareVms as unknown as Role;
    for (const step of prepare.steps.filter(({ on }) => on === 'each'))
      for (const name of names) await step.apply(under.context(prepare, name));
  }, 180_000);
  afterAll(async () => {
    closeHosts();
    await under.close();
    store.close();
  });

  const targetsOf = async (step: Step): Promise<readonly string[]> => {
    if (step.on !== 'each') return [names[0]];
    return (await step.order?.(contextOf(names[0]))) ?? names;
  };
  /** Again and again while it is not ready, as a workflow repeats a step. */
  const applied = async (step: Step, name: string, given = contextOf): Promise<void> => {
    for (const end = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      try {
        return void (await step.apply(given(name)));
      } catch (error) {
        const passing = error instanceof NotReadyError || (error instanceof ApiError && error.retryable);
        if (!passing || Date.now() > end) throw error;
      }
    }
  };
  const someoneLeads = (): Promise<void> =>
    expect.poll(() => activeNode(contextOf(names[0])), { timeout: 20_000, interval: 100 }).toBeDefined();
  const converge = async (): Promise<string[]> => {
    const changed: string[] = [];
    for (const step of role.steps) {
      // Nodes that were just opened have yet to choose who leads: until then nothing can be said of the configuration.
      if (step.id === 'configure') await someoneLeads();
      const targets = await targetsOf(step);
      for (const name of targets) {
        if ((await step.check(contextOf(name))).state === 'done') continue;
        await applied(step, name);
        changed.push(step.on === 'site' ? step.id : `${step.id} ${name}`);
      }
      for (const name of targets)
        expect(await step.check(contextOf(name)), `${step.id} ${name}`).toEqual({ state: 'done' });
    }
    return changed;
  };
  const verified = async (): Promise<void> => {
    for (const name of names)
      expect(await role.verify(contextOf(name)), name).toMatchObject({ state: 'done' });
  };
  const opened = names.map((name) => `running ${name}`);

  test('each step does its work once, and a second pass finds nothing to do', async () => {
    const changed = await converge();
    expect([...changed].sort()).toEqual([...each, 'initialise vault-1', ...opened, 'configure'].sort());
    await verified();
    const effects = under.journal.entries().length;
    expect(await converge()).toEqual([]);
    expect(under.journal.entries().slice(effects)).toEqual([]);
    const initialised = under.journal.entries().filter(({ effect }) => effect === 'vault-initialised');
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
    for (const name of names) await under.machines.powerOff(machine(name).hardware.instanceUuid);
    for (const name of names) await under.machines.powerOn(await under.hardware(name));
    for (const name of names) await under.answers(name);
    expect((await converge()).sort()).toEqual([...opened].sort());
    await verified();
  }, 240_000);

  test('after the sandbox itself was killed too', async () => {
    closeHosts();
    await under.restart();
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
    const { name } = under.machines.powered().find(({ address }) => url.includes(`//${address}:`))!;
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

    /** A step of an operation in one run, with a real S3 server as the site's backup target. */
    const inRun = (name: string, runId: string): StepContext => {
      const context = contextOf(name);
      const site = {
        ...context.site,
        backup: {
          kind: 's3',
          url: target.url,
          bucket: target.bucket,
          accessKey: 'env:BACKUP_ACCESS',
          secretKey: 'env:BACKUP_SECRET',
          ca: 'env:BACKUP_CA',
          key: 'env:BACKUP_KEY',
          schedule: '0 2 * * *',
          keepDays: 30,
        },
      } as StepContext['site'];
      const secrets = createSecrets(site, {
        ...environment,
        BACKUP_ACCESS: target.accessKey,
        BACKUP_SECRET: target.secretKey,
        BACKUP_CA: target.ca,
        BACKUP_KEY: '33'.repeat(32),
      });
      return { ...context, site, secrets, runId, plan: { ...context.plan, site } };
    };
    const operate = async (operation: string, runId: string): Promise<void> => {
      for (const step of role.operations[operation]!.steps) {
        for (const name of await targetsOf(step)) {
          if ((await step.check(inRun(name, runId))).state === 'done') continue;
          await applied(step, name, (target) => inRun(target, runId));
          await expect
            .poll(() => step.check(inRun(name, runId)), { timeout: 20_000, interval: 200 })
            .toMatchObject({ state: 'done' });
        }
      }
    };
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
