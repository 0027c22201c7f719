import {
  dvsUuid,
  fixed,
  scsiController,
  type Inventory,
  type MachineConfig,
  type SandboxMachine,
} from './inventory.js';
import { data, list, ref, type Data, type Value } from './value.js';
import type { World } from './world.js';

/** A machine's properties; its configuration is unset while it is being cloned, its guest says what the machine reports. */
export function machineObject(world: World, machine: SandboxMachine): Record<string, Value> {
  const runtime = data('VirtualMachineRuntimeInfo', {
    host: ref('HostSystem', machine.host),
    connectionState: 'connected',
    powerState: machine.power,
  });
  const common = { name: machine.name, runtime };
  const { config } = machine;
  if (config === undefined) return common;
  const facts = machine.power === 'poweredOn' ? world.machines.guest(config.instanceUuid) : undefined;
  const card = config.cards[0];
  const net =
    facts === undefined || facts.addresses.length === 0
      ? []
      : [
          data('GuestNicInfo', {
            network: card?.portGroup,
            ipAddress: facts.addresses,
            macAddress: card?.macAddress,
            connected: true,
            deviceConfigId: card?.key,
          }),
        ];
  const guest = data('GuestInfo', {
    toolsRunningStatus: facts?.toolsRunning === true ? 'guestToolsRunning' : 'guestToolsNotRunning',
    hostName: facts?.toolsRunning === true ? facts.hostName : undefined,
    ipAddress: facts?.addresses[0],
    net: list('GuestNicInfo', net),
    guestState: facts === undefined ? 'notRunning' : 'running',
  });
  return { ...common, config: configObject(world.inventory, machine, config), guest };
}

function configObject(inventory: Inventory, machine: SandboxMachine, config: MachineConfig): Data {
  return data('VirtualMachineConfigInfo', {
    name: machine.name,
    uuid: config.instanceUuid,
    instanceUuid: config.instanceUuid,
    template: config.template,
    annotation: config.annotation,
    hardware: data('VirtualHardware', {
      numCPU: config.vcpu,
      numCoresPerSocket: config.coresPerSocket,
      memoryMB: config.memoryMiB,
      device: devicesOf(inventory, machine, config),
    }),
    memoryHotAddEnabled: false,
    cpuHotAddEnabled: false,
    extraConfig: list(
      'OptionValue',
      Object.entries(config.options).map(([key, value]) => data('OptionValue', { key, value })),
    ),
  });
}

function devicesOf(inventory: Inventory, machine: SandboxMachine, config: MachineConfig): Data[] {
  const disks = config.disks.map((disk, index) =>
    data('VirtualDisk', {
      key: disk.key,
      deviceInfo: data('Description', { label: `Hard disk ${index + 1}`, summary: `${disk.sizeKiB} KB` }),
      backing: data('VirtualDiskFlatVer2BackingInfo', {
        fileName: `[LocalDS_0] ${machine.name}/disk-${index}.vmdk`,
        datastore: fixed.datastore,
        diskMode: 'persistent',
        thinProvisioned: true,
      }),
      controllerKey: disk.controllerKey,
      unitNumber: disk.unitNumber,
      capacityInKB: disk.sizeKiB,
      capacityInBytes: disk.sizeKiB * 1024,
    }),
  );
  const cards = config.cards.map((card) =>
    data('VirtualVmxnet3', {
      key: card.key,
      backing: data('VirtualEthernetCardDistributedVirtualPortBackingInfo', {
        port: data('DistributedVirtualSwitchPortConnection', {
          switchUuid: dvsUuid,
          portgroupKey: inventory.portGroups.get(card.portGroup)?.value,
        }),
      }),
      controllerKey: 100,
      unitNumber: card.key - 4000 + 7,
      addressType: 'assigned',
      macAddress: card.macAddress,
    }),
  );
  const controller = data('ParaVirtualSCSIController', {
    key: scsiController,
    controllerKey: 100,
    unitNumber: 3,
    busNumber: 0,
    device: config.disks.map((disk) => disk.key),
    hotAddRemove: true,
    sharedBus: 'noSharing',
    scsiCtlrUnitNumber: 7,
  });
  return [controller, ...disks, ...cards];
}
