import type { Hardware } from '../runtime.js';
import { happen } from './effects.js';
import { Fault } from './fault.js';
import { fixed, type MachineConfig, type SandboxMachine } from './inventory.js';
import { task } from './methods-machine.js';
import { sentRefs } from './request.js';
import { data, ref, type Ref, type Value } from './value.js';
import { gone, machineOf, type Method, type World } from './world.js';

export const powerOnVm: Method = ({ world, self }) => powerOn(world, machineOf(world, self), false);

/** DRS: a task whose result names a task for each machine; the machines are placed by the separation rules first. */
export const powerOnMultiVm: Method = ({ world, self, call }) => {
  if (self.value !== fixed.datacenter.value) throw gone(self);
  const targets = sentRefs(call, 'vm');
  return world.tasks.begin({
    descriptionId: 'Datacenter.powerOnVm',
    entity: self,
    entityName: 'DC0',
    durationMs: 0,
    finish: () =>
      data('ClusterPowerOnVmResult', {
        attempted: targets.map((vm) =>
          data('ClusterAttemptedVmInfo', { vm, task: powerOn(world, machineOf(world, vm), true) }),
        ),
      }),
  });
};

export const powerOffVm: Method = ({ world, self }) => {
  const machine = machineOf(world, self);
  return task(world, 'PowerOffVM_Task', 'VirtualMachine.powerOff', machine, async () => {
    await switchOff(world, self);
    return undefined;
  });
};

export const shutdownGuest: Method = ({ world, self }) => {
  const machine = machineOf(world, self);
  if (machine.power !== 'poweredOn') throw wrongPower('poweredOn', machine.power);
  if (world.machines.guest(machine.config?.instanceUuid ?? '')?.toolsRunning !== true)
    throw new Fault('ToolsUnavailable');
  // The guest takes its time; the method answers at once and there is no task to watch.
  task(world, 'ShutdownGuest', 'VirtualMachine.shutdownGuest', machine, async () => {
    await switchOff(world, self);
    return undefined;
  });
  return undefined;
};

/** What the simulated machine is told of its hardware. */
export function hardwareOf(machine: SandboxMachine, config: MachineConfig): Hardware {
  const card = config.cards[0];
  return {
    instanceUuid: config.instanceUuid,
    name: machine.name,
    vcpu: config.vcpu,
    memoryMiB: config.memoryMiB,
    disksGiB: config.disks.map((disk) => Math.floor(disk.sizeKiB / 1024 ** 2)),
    network: card?.portGroup ?? '',
    macAddress: card?.macAddress ?? '',
    guestInfo: Object.fromEntries(
      Object.entries(config.options).filter(([key]) => key.startsWith('guestinfo.')),
    ),
  };
}

function powerOn(world: World, machine: SandboxMachine, placed: boolean): Value {
  return task(world, 'PowerOnVM_Task', 'VirtualMachine.powerOn', machine, async () => {
    const { config, power } = machineOf(world, ref('VirtualMachine', machine.id));
    if (power === 'poweredOn') throw wrongPower('poweredOn', power);
    if (config === undefined || config.template)
      throw new Fault('NotSupported', {}, 'a template cannot be powered on');
    const host = placed ? separateHost(world, machine) : machine.host;
    await world.machines.powerOn(hardwareOf(machine, config));
    happen(world, {
      effect: 'power-on',
      subject: machine.name,
      detail: { id: machine.id, host },
    });
    return undefined;
  });
}

async function switchOff(world: World, self: Ref): Promise<void> {
  const { id, name, power, config } = machineOf(world, self);
  if (power === 'poweredOff') throw wrongPower('poweredOff', power);
  if (config !== undefined) await world.machines.powerOff(config.instanceUuid);
  happen(world, { effect: 'power-off', subject: name, detail: { id } });
}

/** The machine's host, or another one when a machine that it must be kept from runs there. */
function separateHost({ inventory }: World, { id, host }: SandboxMachine): string {
  const others = inventory.rules
    .filter((rule) => rule.enabled && rule.machines.includes(id))
    .flatMap((rule) => rule.machines);
  const used = new Set(
    [...inventory.machines.values()]
      .filter((machine) => machine.id !== id && machine.power === 'poweredOn' && others.includes(machine.id))
      .map((machine) => machine.host),
  );
  if (!used.has(host)) return host;
  return inventory.hosts.find((candidate) => !used.has(candidate.value))?.value ?? host;
}

function wrongPower(requestedState: string, existingState: string): Fault {
  return new Fault(
    'InvalidPowerState',
    { requestedState, existingState },
    `The attempted operation cannot be performed in the current state (${existingState}).`,
  );
}
