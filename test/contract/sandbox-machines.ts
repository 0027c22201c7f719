import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { machineSpecOf } from '../../activities/roles/1-provisioning/machine-spec-of.js';
import type { Role, StepContext } from '../../activities/role.js';
import { computeInventory } from '../../config/inventory.js';
import { loadSite } from '../../config/load.js';
import { buildPlan } from '../../config/plan.js';
import type { Plan } from '../../config/plan-types.js';
import { createSecrets, type Secrets } from '../../config/secrets.js';
import { roles } from '../../activities/roles/index.js';
import { createFaults, type FaultBook } from '../../sandbox/faults.js';
import { openJournal } from '../../sandbox/journal.js';
import { createNetwork, type ExternalService } from '../../sandbox/machine/network.js';
import { createMachines, type SimulatedMachines } from '../../sandbox/machine/runtime.js';
import type { Hardware, Journal } from '../../sandbox/runtime.js';
import { createWaits } from '../../sandbox/waits.js';

export const environment = {
  SOCLE_MASTER_KEY: '22'.repeat(32),
  SOCLE_VSPHERE_PASSWORD: 'unused-password',
  SOCLE_VSPHERE_CA: 'unused',
  SOCLE_ARTIFACT_CA: '-----BEGIN CERTIFICATE-----\nunused\n-----END CERTIFICATE-----',
  SOCLE_BACKUP_KEY: 'unused-key',
};

/**
 * A copy of an example site in networks that no other process uses: test files run side by side, and a demo may run beside
 * them. The services outside the platform, host 2 of a network, keep their addresses.
 */
function onOwnAddresses(file: string, folder: string): string {
  const subnet = 1 + (process.pid % 250);
  const copy = join(folder, basename(file));
  writeFileSync(
    copy,
    readFileSync(file, 'utf8').replace(/\b(127\.[1-4]0)\.0\.(?!2\b)(\d+)/g, `$1.${subnet}.$2`),
  );
  return copy;
}

/** Simulated machines of an example site, switched on with the cloud-init data that the orchestrator makes. */
export class MachinesUnderTest {
  private constructor(
    readonly plan: Plan,
    readonly secrets: Secrets,
    public machines: SimulatedMachines,
    readonly journal: Journal,
    readonly faults: FaultBook,
    private readonly stateFolder: string,
    private readonly make: () => SimulatedMachines,
  ) {}

  /** @param services what else the machines reach outside the platform */
  static async boot(
    names: readonly string[],
    file = 'examples/site-100.yaml',
    services: readonly ExternalService[] = [],
  ): Promise<MachinesUnderTest> {
    const stateFolder = mkdtempSync(join(tmpdir(), 'socle-machines-'));
    const site = await loadSite(onOwnAddresses(file, stateFolder));
    const inventory = computeInventory(site);
    const plan = buildPlan({
      site,
      inventory: { ...inventory, machines: inventory.machines.filter(({ name }) => names.includes(name)) },
      declarations: roles,
      mode: 'apply',
    });
    const journal = openJournal(join(stateFolder, 'journal.jsonl'));
    const faults = createFaults();
    const network = createNetwork([
      { address: '127.10.0.2', ports: [53, 123, 6514, 18080], name: 'services' },
      ...services,
    ]);
    const make = (): SimulatedMachines =>
      createMachines({ journal, faults, waits: createWaits('none', 1), network, stateFolder });
    const under = new MachinesUnderTest(
      plan,
      createSecrets(site, environment),
      make(),
      journal,
      faults,
      stateFolder,
      make,
    );
    for (const name of names) await under.machines.powerOn(await under.hardware(name));
    for (const name of names) await under.answers(name);
    return under;
  }

  /** The context of one step, as run-step would make it. */
  context(role: Role, target: string): StepContext {
    const machine = this.plan.machines.find(({ name }) => name === target);
    return {
      plan: this.plan,
      site: this.plan.site,
      inputs: role.inputs.parse({}),
      target,
      machine: machine!,
      machines: this.plan.machines.filter(({ group }) => role.groups.includes(group)),
      secrets: this.secrets,
      runId: 'test',
      signal: new AbortController().signal,
      progress: () => undefined,
    };
  }

  async hardware(name: string): Promise<Hardware> {
    const machine = this.plan.machines.find((candidate) => candidate.name === name)!;
    const [role] = roles;
    const spec = await machineSpecOf(machine, this.context(role!, name));
    const macAddress = `00:50:56:00:00:${(this.plan.machines.indexOf(machine) + 16).toString(16)}`;
    const guestInfo = {
      'guestinfo.metadata': Buffer.from(spec.metaData(macAddress)).toString('base64'),
      'guestinfo.metadata.encoding': 'base64',
      'guestinfo.userdata': Buffer.from(spec.userData).toString('base64'),
      'guestinfo.userdata.encoding': 'base64',
    };
    return {
      instanceUuid: machine.instanceUuid,
      name,
      vcpu: machine.vcpu,
      memoryMiB: machine.memoryMiB,
      disksGiB: machine.disks.map(({ sizeGiB }) => sizeGiB),
      network: spec.network,
      macAddress,
      guestInfo,
    };
  }

  /** What a killed sandbox does when it is started again: the machines that were on come back. */
  async restart(): Promise<void> {
    const names = this.machines.powered().map(({ name }) => name);
    await this.machines.close();
    this.machines = this.make();
    for (const name of names) await this.machines.powerOn(await this.hardware(name));
    for (const name of names) await this.answers(name);
  }

  /** Waits until the machine's SSH server takes connections, which is a moment after its address is known. */
  async answers(name: string): Promise<void> {
    const { address, sshPort } = this.plan.machines.find((machine) => machine.name === name)!;
    for (let tries = 0; !(await listens(address, sshPort)); tries += 1) {
      if (tries > 100)
        throw new Error(
          `${name} did not boot: ${this.machines
            .powered()
            .find((machine) => machine.name === name)
            ?.console.join('\n')}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async close(): Promise<void> {
    await this.machines.close();
    rmSync(this.stateFolder, { recursive: true, force: true });
  }
}

function listens(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .on('error', () => resolve(false));
  });
}
