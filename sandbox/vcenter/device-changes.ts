import { Fault } from './fault.js';
import {
  dvsUuid,
  scsiController,
  type Inventory,
  type MachineConfig,
  type SandboxDisk,
} from './inventory.js';
import { sent, sentList, sentNumber, sentText, type Sent } from './request.js';

const scsiOwnUnit = 7;
const scsiUnits = 16;

/** Applies the `deviceChange` list of a ConfigSpec; every rule of vCenter that it breaks is a fault that says which. */
export function changeDevices(
  inventory: Inventory,
  config: MachineConfig,
  spec: Sent,
  macAddress: string,
): void {
  sentList(spec, 'deviceChange').forEach((change, index) => {
    const device = sent(change, 'device');
    const operation = sentText(change, 'operation');
    if (device === undefined || operation === undefined)
      throw wrongDevice(index, 'a change needs an operation and a device');
    const key = sentNumber(device, 'key') ?? 0;
    if (operation === 'remove') remove(config, key, index);
    else if (device.type === 'VirtualDisk') changeDisk(config, change, device, operation, index);
    else if (device.type === 'VirtualVmxnet3' && operation === 'add') {
      const group = portGroup(inventory, device, index);
      config.cards.push({ key: nextKey(4000, config.cards), macAddress, portGroup: group });
    } else throw new Fault('NotSupported', {}, `${operation} of ${device.type} is not simulated`);
  });
}

function remove(config: MachineConfig, key: number, index: number): void {
  const before = config.cards.length + config.disks.length;
  config.cards = config.cards.filter((card) => card.key !== key);
  config.disks = config.disks.filter((disk) => disk.key !== key);
  if (config.cards.length + config.disks.length === before) throw wrongDevice(index, `no device ${key}`);
}

function changeDisk(
  config: MachineConfig,
  change: Sent,
  device: Sent,
  operation: string,
  index: number,
): void {
  const sizeKiB = sentNumber(device, 'capacityInKB') ?? 0;
  const bytes = sentNumber(device, 'capacityInBytes');
  if (bytes !== undefined && bytes !== sizeKiB * 1024)
    throw wrongDevice(index, 'capacityInKB and capacityInBytes differ');
  const place = {
    controllerKey: sentNumber(device, 'controllerKey') ?? 0,
    unitNumber: sentNumber(device, 'unitNumber') ?? -1,
  };
  if (sent(device, 'backing') === undefined) throw wrongDevice(index, 'a disk needs its backing');
  if (operation === 'edit') {
    const disk = config.disks.find((one) => one.key === sentNumber(device, 'key'));
    if (
      disk === undefined ||
      disk.controllerKey !== place.controllerKey ||
      disk.unitNumber !== place.unitNumber
    )
      throw wrongDevice(index, 'no such disk');
    if (sizeKiB < disk.sizeKiB)
      throw new Fault(
        'InvalidDeviceOperation',
        { deviceIndex: index, badOp: 'edit' },
        'a disk cannot shrink',
      );
    disk.sizeKiB = sizeKiB;
    return;
  }
  if (sentText(change, 'fileOperation') !== 'create')
    throw new Fault('FileNotFound', { file: '' }, 'only new files can be added');
  if (place.controllerKey !== scsiController)
    throw wrongDevice(index, `no controller ${place.controllerKey}`);
  const taken = config.disks.some((disk) => disk.unitNumber === place.unitNumber);
  if (taken || place.unitNumber === scsiOwnUnit || place.unitNumber < 0 || place.unitNumber >= scsiUnits)
    throw wrongDevice(index, `unit ${place.unitNumber} is taken`);
  config.disks.push({ key: nextKey(2000, config.disks), ...place, sizeKiB } satisfies SandboxDisk);
}

function portGroup(inventory: Inventory, device: Sent, index: number): string {
  const backing = sent(device, 'backing');
  const port =
    backing?.type === 'VirtualEthernetCardDistributedVirtualPortBackingInfo'
      ? sent(backing, 'port')
      : undefined;
  const found = [...inventory.portGroups].find(
    ([, group]) => group.value === sentText(port, 'portgroupKey'),
  )?.[0];
  if (found === undefined || sentText(port, 'switchUuid') !== dvsUuid)
    throw wrongDevice(index, 'the card is in no port group');
  return found;
}

function nextKey(from: number, devices: readonly { key: number }[]): number {
  return Math.max(from - 1, ...devices.map((device) => device.key)) + 1;
}

function wrongDevice(deviceIndex: number, message: string): Fault {
  return new Fault('InvalidDeviceSpec', { property: `virtualDeviceSpec.device`, deviceIndex }, message);
}
