import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { closeHosts } from '../../activities/clients/ssh/open-host.js';
import { ApiError, NotReadyError } from '../../activities/errors.js';
import type { Role, Step, StepContext } from '../../activities/role.js';
import { prepareVms } from '../../activities/roles/2-preparation/prepare-vms.js';
import { catalogue } from '../../config/artifacts/catalogue.js';
import { storePath } from '../../config/artifacts/store.js';
import { createSecrets } from '../../config/secrets.js';
import type { SimulatedMachine } from '../../sandbox/machine/machine.js';
import { serveStore, storeFiles } from '../../sandbox/store.js';
import type { S3UnderTest } from './s3-contract.js';
import { environment, MachinesUnderTest } from './sandbox-machines.js';

const passingForMs = 60_000;

/** One role on simulated machines that are prepared, with an artefact store that has its program. */
export class RoleOnMachines {
  private constructor(
    readonly role: Role,
    readonly names: readonly string[],
    readonly under: MachinesUnderTest,
    private readonly store: Server,
    private readonly artifact: keyof typeof catalogue,
  ) {}

  static async prepare(
    role: Role,
    names: readonly string[],
    artifact: keyof typeof catalogue,
    file?: string,
  ): Promise<RoleOnMachines> {
    const store = createServer((request, response) => {
      if (!serveStore(request, response)) response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(store, 'listening');
    const { port } = store.address() as AddressInfo;
    const under = await MachinesUnderTest.boot(names, file, [
      { address: '127.0.0.1', ports: [port], name: 'artefact store' },
    ]);
    const preparation = prepareVms as unknown as Role;
    for (const step of preparation.steps.filter(({ on }) => on === 'each'))
      for (const name of names) await step.apply(under.context(preparation, name));
    return new RoleOnMachines(role, names, under, store, artifact);
  }

  async close(): Promise<void> {
    closeHosts();
    await this.under.close();
    this.store.close();
  }

  machine(name: string): SimulatedMachine {
    return this.under.machines.powered().find((one) => one.name === name)!;
  }

  step(id: string): Step {
    return [...this.role.steps, ...this.role.remove].find((step) => step.id === id)!;
  }

  /** The site with the store of this test, and the sandbox's own program in it. */
  context(name: string): StepContext {
    const context = this.under.context(this.role, name);
    const { url, version } = catalogue[this.artifact];
    const content = storeFiles.get(storePath(catalogue[this.artifact]))!;
    const sha256 = createHash('sha256').update(content).digest('hex');
    const address = `http://127.0.0.1:${(this.store.address() as AddressInfo).port}/store`;
    const own = { name: this.artifact, version, url, sha256 };
    return withSite(context, { artifacts: { ...context.site.artifacts, store: address, catalogue: [own] } });
  }

  /** The same in one run, with a real S3 server as the site's backup target. */
  inRun(target: S3UnderTest, name: string, runId: string): StepContext {
    const context = withSite(this.context(name), {
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
    });
    const secrets = createSecrets(context.site, {
      ...environment,
      BACKUP_ACCESS: target.accessKey,
      BACKUP_SECRET: target.secretKey,
      BACKUP_CA: target.ca,
      BACKUP_KEY: '33'.repeat(32),
    });
    return { ...context, secrets, runId };
  }

  async targets(step: Step): Promise<readonly string[]> {
    const [first = ''] = this.names;
    if (step.on !== 'each') return [first];
    return (await step.order?.(this.context(first))) ?? this.names;
  }

  /** Again and again while it is not ready, as a workflow repeats a step. */
  async apply(step: Step, context: StepContext): Promise<void> {
    for (const end = Date.now() + passingForMs; ; await new Promise((resolve) => setTimeout(resolve, 200))) {
      try {
        return void (await step.apply(context));
      } catch (error) {
        const passes = error instanceof NotReadyError || (error instanceof ApiError && error.retryable);
        if (!passes || Date.now() > end) throw error;
      }
    }
  }

  /** @returns the steps that had something to do, with the machine's name for those on each */
  async converge(before: (step: Step) => Promise<void> = async () => undefined): Promise<string[]> {
    const changed: string[] = [];
    for (const step of this.role.steps) {
      await before(step);
      const targets = await this.targets(step);
      for (const name of targets) {
        if ((await step.check(this.context(name))).state === 'done') continue;
        await this.apply(step, this.context(name));
        changed.push(step.on === 'site' ? step.id : `${step.id} ${name}`);
      }
      for (const name of targets)
        expect(await step.check(this.context(name)), `${step.id} ${name}`).toEqual({ state: 'done' });
    }
    return changed;
  }

  async operate(operation: string, contextOf: (name: string) => StepContext): Promise<void> {
    for (const step of this.role.operations[operation]!.steps) {
      for (const name of await this.targets(step)) {
        if ((await step.check(contextOf(name))).state === 'done') continue;
        await this.apply(step, contextOf(name));
        await expect
          .poll(() => step.check(contextOf(name)), { timeout: 20_000, interval: 200 })
          .toMatchObject({ state: 'done' });
      }
    }
  }

  async verified(): Promise<void> {
    for (const name of this.names)
      expect(await this.role.verify(this.context(name)), name).toMatchObject({ state: 'done' });
  }

  async cutPower(names: readonly string[] = this.names): Promise<void> {
    for (const name of names) await this.under.machines.powerOff(this.machine(name).hardware.instanceUuid);
    for (const name of names) await this.under.machines.powerOn(await this.under.hardware(name));
    for (const name of names) await this.under.answers(name);
  }
}

function withSite(context: StepContext, changed: object): StepContext {
  const site = { ...context.site, ...changed };
  return { ...context, site, plan: { ...context.plan, site } };
}
