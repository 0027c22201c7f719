import { gzipSync } from 'node:zlib';
import type { MachineSpec } from '../hypervisor.js';
import {
  restartMark,
  siteMark,
  type DiskFacts,
  type NetworkCard,
  type VsphereMachine,
} from './machine-facts.js';
import { textAt } from './xml-node.js';
import { element, option, reference, value, type Reference, type Xml } from './xml.js';

/** Unit 7 of a SCSI bus is the controller's own. */
const scsiOwnUnit = 7;
const kibPerGib = 1024 ** 2;

type Hardware = Pick<VsphereMachine, 'disks' | 'diskController'>;

/**
 * The `spec` of CloneVM_Task: sized, in its network, marked, with first-boot data, switched off. Disks are left for
 * the reconfiguration that follows: an edit here would have to name the template's own disk files.
 * @param host only for clusters without DRS; with DRS the server chooses
 * @see https://developer.broadcom.com/xapis/virtual-infrastructure-json-api/latest/data-structures/VirtualMachineCloneSpec
 */
export function cloneSpec(
  spec: MachineSpec,
  siteUuid: string,
  template: { cards: readonly NetworkCard[] },
  place: { pool: Reference; datastore: Reference; host?: Reference },
  backing: Xml,
): Xml {
  const location = element('location', [
    reference('datastore', place.datastore),
    reference('pool', place.pool),
    reference('host', place.host),
  ]);
  const config = element('config', [
    value('instanceUuid', spec.instanceUuid),
    value('annotation', spec.note),
    value('numCPUs', spec.vcpu),
    value('numCoresPerSocket', 1),
    value('memoryMB', spec.memoryMiB),
    ...networkChanges(template.cards, backing),
    option('extraConfig', siteMark, siteUuid),
    option('extraConfig', 'disk.EnableUUID', 'TRUE'),
    ...guestInfo('userdata', spec.userData),
  ]);
  return element('spec', [location, value('template', false), config, value('powerOn', false)]);
}

/**
 * The `spec` of ReconfigVM_Task that turns a machine into what the spec says; undefined when nothing differs.
 * @param restartedBy noted on the machine, by a restart
 */
export function reshapeSpec(
  spec: MachineSpec,
  machine: VsphereMachine,
  restartedBy?: string,
): Xml | undefined {
  const metaData = wantedMetaData(spec, machine);
  const changes = [
    machine.vcpu === spec.vcpu ? undefined : value('numCPUs', spec.vcpu),
    machine.vcpu === spec.vcpu ? undefined : value('numCoresPerSocket', 1),
    machine.memoryMiB === spec.memoryMiB ? undefined : value('memoryMB', spec.memoryMiB),
    ...diskChanges(machine, spec.disksGiB),
    ...(metaData === undefined || metaData === machine.metaData ? [] : guestInfo('metadata', metaData)),
    ...(restartedBy === undefined ? [] : [option('extraConfig', restartMark, restartedBy)]),
  ].filter((change) => change !== undefined);
  return changes.length === 0 ? undefined : element('spec', changes);
}

/** What differs between a machine and its spec; disks that are larger than asked are left as they are. */
export function differenceOf(
  spec: MachineSpec,
  machine: VsphereMachine,
): { changes: string[]; needsPowerOff: boolean } {
  const cpu = machine.vcpu !== spec.vcpu;
  const memory = machine.memoryMiB !== spec.memoryMiB;
  const disks = spec.disksGiB.flatMap((sizeGiB, index) => {
    const has = machine.disksGiB[index];
    if (has === undefined) return [`add disk ${index + 1} of ${sizeGiB} GiB`];
    return has < sizeGiB ? [`grow disk ${index + 1} from ${has} to ${sizeGiB} GiB`] : [];
  });
  const metaData = wantedMetaData(spec, machine);
  const changes = [
    ...(cpu ? [`${machine.vcpu} to ${spec.vcpu} vCPU`] : []),
    ...(memory ? [`${machine.memoryMiB} to ${spec.memoryMiB} MiB of memory`] : []),
    ...disks,
    ...(metaData !== undefined && metaData !== machine.metaData ? ['cloud-init metadata'] : []),
  ];
  // Hot add only ever adds, and only where the machine was made with it.
  const cold =
    (cpu && !(machine.hotAdd.cpu && spec.vcpu > machine.vcpu)) ||
    (memory && !(machine.hotAdd.memory && spec.memoryMiB > machine.memoryMiB));
  return { changes, needsPowerOff: cold && machine.power !== 'off' };
}

function wantedMetaData(spec: MachineSpec, machine: VsphereMachine): string | undefined {
  return machine.macAddress === undefined ? undefined : spec.metaData(machine.macAddress);
}

/** The template's cards go, one new card in the machine's network comes; vCenter assigns its MAC address. */
function networkChanges(cards: readonly NetworkCard[], backing: Xml): Xml[] {
  const removed = cards.map((card) =>
    element(
      'deviceChange',
      [value('operation', 'remove'), element('device', [value('key', card.key)], card.kind)],
      'VirtualDeviceConfigSpec',
    ),
  );
  const connect = element('connectable', [
    value('startConnected', true),
    value('allowGuestControl', true),
    value('connected', true),
  ]);
  const card = element(
    'device',
    [value('key', -100), backing, connect, value('addressType', 'assigned')],
    'VirtualVmxnet3',
  );
  return [...removed, element('deviceChange', [value('operation', 'add'), card], 'VirtualDeviceConfigSpec')];
}

function diskChanges({ disks, diskController }: Hardware, wantedGiB: readonly number[]): Xml[] {
  const first = disks[0];
  if (first === undefined) return [];
  const grown = disks.flatMap((disk, index) => {
    const wantedKiB = (wantedGiB[index] ?? 0) * kibPerGib;
    return wantedKiB > disk.sizeKiB ? [deviceChange('edit', undefined, diskDevice(disk, wantedKiB))] : [];
  });
  const taken = new Set(
    disks.filter((disk) => disk.controllerKey === first.controllerKey).map((disk) => disk.unitNumber),
  );
  if (/SCSI|Lsi|BusLogic/.test(diskController ?? '')) taken.add(scsiOwnUnit);
  const added = wantedGiB.slice(disks.length).map((sizeGiB, index) => {
    const unitNumber = Array.from({ length: 16 }, (_, unit) => unit).find((unit) => !taken.has(unit)) ?? 16;
    taken.add(unitNumber);
    return deviceChange(
      'add',
      'create',
      newDisk(-200 - index, first.controllerKey, unitNumber, sizeGiB * kibPerGib),
    );
  });
  return [...grown, ...added];
}

function deviceChange(operation: 'add' | 'edit', fileOperation: 'create' | undefined, device: Xml): Xml {
  return element(
    'deviceChange',
    [value('operation', operation), value('fileOperation', fileOperation), device],
    'VirtualDeviceConfigSpec',
  );
}

/** An existing disk with a new size: key, controller, unit and file as they are, or vCenter takes it for another disk. */
function diskDevice(disk: DiskFacts, sizeKiB: number): Xml {
  const { backing } = disk;
  const file = element(
    'backing',
    [
      value('fileName', textAt(backing, 'fileName')),
      value('diskMode', textAt(backing, 'diskMode') ?? 'persistent'),
      value('thinProvisioned', textAt(backing, 'thinProvisioned')),
      value('uuid', textAt(backing, 'uuid')),
    ],
    backing.type ?? 'VirtualDiskFlatVer2BackingInfo',
  );
  return element(
    'device',
    [
      value('key', disk.key),
      file,
      value('controllerKey', disk.controllerKey),
      value('unitNumber', disk.unitNumber),
      ...capacity(sizeKiB),
    ],
    'VirtualDisk',
  );
}

function newDisk(key: number, controllerKey: number, unitNumber: number, sizeKiB: number): Xml {
  const file = element(
    'backing',
    [value('fileName', ''), value('diskMode', 'persistent'), value('thinProvisioned', true)],
    'VirtualDiskFlatVer2BackingInfo',
  );
  return element(
    'device',
    [
      value('key', key),
      file,
      value('controllerKey', controllerKey),
      value('unitNumber', unitNumber),
      ...capacity(sizeKiB),
    ],
    'VirtualDisk',
  );
}

/** Both units, consistently: servers differ in which one they believe. */
function capacity(sizeKiB: number): (Xml | undefined)[] {
  return [value('capacityInKB', sizeKiB), value('capacityInBytes', sizeKiB * 1024)];
}

/** guestinfo keys as cloud-init's VMware datasource reads them. */
function guestInfo(name: 'userdata' | 'metadata', content: string): Xml[] {
  return [
    option('extraConfig', `guestinfo.${name}`, gzipSync(content, { level: 9 }).toString('base64')),
    option('extraConfig', `guestinfo.${name}.encoding`, 'gzip+base64'),
  ];
}
