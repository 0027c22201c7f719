import { randomUUID } from 'node:crypto';
import { changeDevices } from './device-changes.js';
import { happen } from './effects.js';
import { Fault } from './fault.js';
import {
  fixed,
  freeGiB,
  machineNamed,
  machineWithUuid,
  type MachineConfig,
  type SandboxMachine,
} from './inventory.js';
import { sent, sentList, sentNumber, sentRefs, sentText, type Sent } from './request.js';
import { ref, type Value } from './value.js';
import { gone, machineOf, type Method, type World } from './world.js';

/** vCenter runs so many clones at once; the others wait in its queue. */
const clonesAtOnce = 8;

export const cloneVm: Method = ({ world, self, call }) => {
  const { inventory } = world;
  const source = machineOf(world, self);
  const folder = sentRefs(call, 'folder')[0]?.value ?? '';
  if (folder !== fixed.vmFolder.value && !inventory.folders.has(folder)) throw gone(ref('Folder', folder));
  const name = sentText(call, 'name') ?? '';
  const spec = sent(call, 'spec');
  const machine: SandboxMachine = {
    id: `vm-${inventory.nextId++}`,
    name,
    folder,
    power: 'poweredOff',
    host: '',
  };
  return world.tasks.begin({
    descriptionId: 'VirtualMachine.clone',
    entity: self,
    entityName: source.name,
    durationMs: duration(world, 'CloneVM_Task', name, 'clone'),
    lane: { name: 'clone', width: clonesAtOnce },
    start: () => {
      injected(world, 'CloneVM_Task', name);
      const twin = machineNamed(inventory, folder, name);
      if (twin !== undefined)
        throw new Fault(
          'DuplicateName',
          { name, object: ref('VirtualMachine', twin.id) },
          `The name '${name}' already exists.`,
        );
      machine.host = placement(world, sent(spec ?? call, 'location'), source);
      inventory.machines.set(machine.id, machine);
    },
    finish: () => {
      const config = configured(world, machine, sent(spec ?? call, 'config'), {
        ...structuredClone(source.config!),
        template: false,
        options: {},
      });
      const growth = sizeOf(config);
      if (growth > freeGiB(inventory))
        throw new Fault(
          'NoDiskSpace',
          { datastore: 'LocalDS_0' },
          'Insufficient disk space on datastore LocalDS_0.',
        );
      // vCenter gives a new instance UUID when the asked one is taken, so a name clash is what keeps twins away.
      if (machineWithUuid(inventory, config.instanceUuid) !== undefined) config.instanceUuid = randomUUID();
      happen(world, {
        effect: 'clone',
        subject: name,
        detail: { id: machine.id, folder, host: machine.host, config },
      });
      return ref('VirtualMachine', machine.id);
    },
    undo: () => inventory.machines.delete(machine.id),
  });
};

export const reconfigVm: Method = ({ world, self, call }) => {
  const machine = machineOf(world, self);
  return task(world, 'ReconfigVM_Task', 'VirtualMachine.reconfigure', machine, () => {
    const { config } = machineOf(world, self);
    if (config === undefined) throw new Fault('InvalidState');
    if (config.template) throw new Fault('NotSupported', {}, 'a template cannot be reconfigured');
    const changed = configured(world, machineOf(world, self), sent(call, 'spec'), structuredClone(config));
    if (sizeOf(changed) - sizeOf(config) > freeGiB(world.inventory))
      throw new Fault('NoDiskSpace', { datastore: 'LocalDS_0' });
    happen(world, {
      effect: 'reconfigure',
      subject: machine.name,
      detail: { id: machine.id, config: changed },
    });
    return undefined;
  });
};

export const relocateVm: Method = ({ world, self, call }) => {
  const machine = machineOf(world, self);
  return task(world, 'RelocateVM_Task', 'VirtualMachine.relocate', machine, () => {
    const host = sentRefs(sent(call, 'spec') ?? call, 'host')[0];
    if (host === undefined || !world.inventory.hosts.some(({ value }) => value === host.value))
      throw new Fault('InvalidArgument', { invalidProperty: 'spec.host' });
    happen(world, {
      effect: 'relocate',
      subject: machine.name,
      detail: { id: machine.id, host: host.value },
    });
    return undefined;
  });
};

export const destroy: Method = ({ world, self }) => {
  const machine = machineOf(world, self);
  return task(world, 'Destroy_Task', 'VirtualMachine.destroy', machine, async () => {
    const { config, power } = machineOf(world, self);
    if (power === 'poweredOn')
      throw new Fault(
        'InvalidPowerState',
        { requestedState: 'poweredOff', existingState: power },
        'The attempted operation cannot be performed in the current state (Powered on).',
      );
    if (config !== undefined) await world.machines.destroy(config.instanceUuid);
    happen(world, {
      effect: 'destroy',
      subject: machine.name,
      detail: { id: machine.id },
    });
    return undefined;
  });
};

/** A task on one machine, of the usual length. */
export function task(
  world: World,
  operation: string,
  descriptionId: string,
  machine: SandboxMachine,
  finish: () => Value | Promise<Value>,
): Value {
  return world.tasks.begin({
    descriptionId,
    entity: ref('VirtualMachine', machine.id),
    entityName: machine.name,
    durationMs: duration(world, operation, machine.name, 'task'),
    start: () => injected(world, operation, machine.name),
    finish,
  });
}

function duration(world: World, operation: string, subject: string, kind: 'clone' | 'task'): number {
  const slow = world.faults.take('vcenter', `${operation}.duration`, subject);
  return world.waits.ms(kind) + (slow?.kind === 'slow' ? Number(slow.argument ?? 0) : 0);
}

/** An injected fault of a task: `<operation>.task` with kind error, its argument the fault's name. */
function injected(world: World, operation: string, subject: string): void {
  const fault = world.faults.take('vcenter', `${operation}.task`, subject);
  if (fault?.kind === 'error') throw new Fault(String(fault.argument ?? 'SystemError'), {}, 'injected');
}

function placement({ inventory }: World, location: Sent | undefined, source: SandboxMachine): string {
  const pool = sentRefs(location ?? { type: '', members: new Map() }, 'pool')[0];
  const host = sentRefs(location ?? { type: '', members: new Map() }, 'host')[0];
  if (pool === undefined && source.config?.template === true)
    throw new Fault(
      'InvalidArgument',
      { invalidProperty: 'spec.location.pool' },
      'A specified parameter was not correct: spec.location.pool',
    );
  if (pool !== undefined && pool.value !== fixed.pool.value) throw gone(pool);
  if (host !== undefined && !inventory.hosts.some(({ value }) => value === host.value)) throw gone(host);
  if (host === undefined && !inventory.options.drs)
    throw new Fault(
      'InvalidArgument',
      { invalidProperty: 'spec.location.host' },
      'A specified parameter was not correct: spec.location.host',
    );
  return host?.value ?? emptiest(inventory);
}

function emptiest({ hosts, machines }: World['inventory']): string {
  const load = (host: string): number =>
    [...machines.values()].filter((machine) => machine.host === host).length;
  return [...hosts].sort((a, b) => load(a.value) - load(b.value))[0]?.value ?? '';
}

function configured(
  { inventory }: World,
  { id, power }: SandboxMachine,
  spec: Sent | undefined,
  config: MachineConfig,
): MachineConfig {
  if (spec === undefined) return config;
  const vcpu = sentNumber(spec, 'numCPUs') ?? config.vcpu;
  const memoryMiB = sentNumber(spec, 'memoryMB') ?? config.memoryMiB;
  const coresPerSocket = sentNumber(spec, 'numCoresPerSocket') ?? config.coresPerSocket;
  if (vcpu < 1 || vcpu % coresPerSocket !== 0)
    throw new Fault('InvalidArgument', { invalidProperty: 'configSpec.numCPUs' });
  if (memoryMiB < 4 || memoryMiB % 4 !== 0)
    throw new Fault('InvalidArgument', { invalidProperty: 'configSpec.memoryMB' });
  if (power === 'poweredOn' && vcpu !== config.vcpu)
    throw new Fault('CpuHotPlugNotSupported', {}, 'CPU hot plug is not supported for this virtual machine.');
  if (power === 'poweredOn' && memoryMiB !== config.memoryMiB)
    throw new Fault(
      'MemoryHotPlugNotSupported',
      {},
      'Memory hot plug is not supported for this virtual machine.',
    );
  const { options } = config;
  for (const entry of sentList(spec, 'extraConfig')) {
    const [key, value] = [sentText(entry, 'key') ?? '', sentText(entry, 'value') ?? ''];
    if (value === '') delete options[key];
    else options[key] = value;
  }
  const changed = {
    ...config,
    vcpu,
    memoryMiB,
    coresPerSocket,
    instanceUuid: (sentText(spec, 'instanceUuid') ?? config.instanceUuid).toLowerCase(),
    annotation: sentText(spec, 'annotation') ?? config.annotation,
  };
  changeDevices(inventory, changed, spec, macOf(id));
  return changed;
}

/** Unique as the machine's id is, and the same after a restart of this server. */
function macOf(id: string): string {
  const number = Number(id.replace(/^\D+/, ''));
  return `00:50:56:81:${hex(number >> 8)}:${hex(number)}`;
}

function hex(value: number): string {
  return (value & 255).toString(16).padStart(2, '0');
}

function sizeOf(config: MachineConfig): number {
  return config.disks.reduce((sum, disk) => sum + disk.sizeKiB, 0) / 1024 ** 2;
}
