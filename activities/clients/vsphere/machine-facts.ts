import { gunzipSync } from 'node:zlib';
import type { MachineFacts } from '../hypervisor.js';
import type { ObjectProperties } from './properties.js';
import { child, children, numberAt, referenceOf, textAt, type XmlNode } from './xml-node.js';
import type { Reference } from './xml.js';

/** The extraConfig key that holds the UUID of the site a machine belongs to. */
export const siteMark = 'guestinfo.socle.site';

/** The extraConfig key that holds the id of the run that last restarted the machine. */
export const restartMark = 'guestinfo.socle.restarted';

export const machinePaths = [
  'name',
  'config.instanceUuid',
  'config.extraConfig',
  'config.hardware',
  'config.cpuHotAddEnabled',
  'config.memoryHotAddEnabled',
  'runtime.powerState',
  'runtime.host',
  'guest.toolsRunningStatus',
  'guest.hostName',
  'guest.net',
] as const;

/** A disk with what an edit of it must repeat. */
export type DiskFacts = {
  key: number;
  controllerKey: number;
  unitNumber: number;
  sizeKiB: number;
  backing: XmlNode;
};

export type NetworkCard = { key: number; kind: string; macAddress: string | undefined };

/** A machine as vCenter has it: the port's facts and what only this client needs. */
export type VsphereMachine = MachineFacts & {
  target: Reference;
  hostReference: Reference | undefined;
  disks: DiskFacts[];
  cards: NetworkCard[];
  /** Kind of the controller that the first disk hangs on, such as ParaVirtualSCSIController. */
  diskController: string | undefined;
  hotAdd: { cpu: boolean; memory: boolean };
};

/** Undefined while the machine is still being cloned: vCenter then shows its name but no configuration. */
export function readMachine(object: ObjectProperties): VsphereMachine | undefined {
  const { properties } = object;
  const hardware = properties.get('config.hardware');
  const instanceUuid = properties.get('config.instanceUuid')?.text;
  if (hardware === undefined || instanceUuid === undefined) return undefined;
  const options = new Map(
    (properties.get('config.extraConfig')?.children ?? []).map((entry) => [
      textAt(entry, 'key') ?? '',
      textAt(entry, 'value') ?? '',
    ]),
  );
  const devices = children(hardware, 'device');
  const disks = disksIn(devices);
  const cards = cardsIn(devices);
  const first = disks[0];
  const controller = devices.find((device) => numberAt(device, 'key') === first?.controllerKey);
  return {
    ...optional({
      host: properties.get('runtime.host')?.text,
      siteUuid: options.get(siteMark),
      restartedBy: options.get(restartMark),
      metaData: decoded(options, 'guestinfo.metadata'),
      macAddress: cards[0]?.macAddress?.toLowerCase(),
    }),
    name: properties.get('name')?.text ?? '',
    instanceUuid,
    reference: object.reference.value,
    target: object.reference,
    hostReference: referenceOf(properties.get('runtime.host')),
    power: powerOf(properties.get('runtime.powerState')?.text),
    vcpu: numberAt(hardware, 'numCPU') ?? 0,
    memoryMiB: numberAt(hardware, 'memoryMB') ?? 0,
    disksGiB: disks.map((disk) => Math.floor(disk.sizeKiB / 1024 ** 2)),
    disks,
    cards,
    diskController: controller?.type,
    hotAdd: {
      cpu: properties.get('config.cpuHotAddEnabled')?.text === 'true',
      memory: properties.get('config.memoryHotAddEnabled')?.text === 'true',
    },
    guest: guestOf(properties),
  };
}

function disksIn(devices: readonly XmlNode[]): DiskFacts[] {
  return devices
    .filter((device) => device.type === 'VirtualDisk')
    .flatMap((device) => {
      const backing = child(device, 'backing');
      if (backing === undefined) return [];
      return [
        {
          key: numberAt(device, 'key') ?? 0,
          controllerKey: numberAt(device, 'controllerKey') ?? 0,
          unitNumber: numberAt(device, 'unitNumber') ?? 0,
          sizeKiB: numberAt(device, 'capacityInKB') ?? 0,
          backing,
        },
      ];
    })
    .sort((a, b) => a.controllerKey - b.controllerKey || a.unitNumber - b.unitNumber);
}

function cardsIn(devices: readonly XmlNode[]): NetworkCard[] {
  return devices
    .filter((device) => child(device, 'macAddress') !== undefined)
    .map((device) => ({
      key: numberAt(device, 'key') ?? 0,
      kind: device.type ?? 'VirtualVmxnet3',
      macAddress: textAt(device, 'macAddress'),
    }));
}

function guestOf(properties: ObjectProperties['properties']): MachineFacts['guest'] {
  const addresses = (properties.get('guest.net')?.children ?? []).flatMap((card) =>
    children(card, 'ipAddress').map((address) => address.text),
  );
  return {
    ...optional({ hostName: properties.get('guest.hostName')?.text }),
    toolsRunning: properties.get('guest.toolsRunningStatus')?.text === 'guestToolsRunning',
    addresses,
  };
}

function powerOf(state: string | undefined): MachineFacts['power'] {
  if (state === 'poweredOn') return 'on';
  return state === 'suspended' ? 'suspended' : 'off';
}

function decoded(options: ReadonlyMap<string, string>, key: string): string | undefined {
  const content = options.get(key);
  if (content === undefined) return undefined;
  const bytes = Buffer.from(content, 'base64');
  return options.get(`${key}.encoding`) === 'gzip+base64' ? gunzipSync(bytes).toString() : bytes.toString();
}

/** Leaves out what is undefined. */
function optional<T extends Record<string, string | undefined>>(fields: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, content]) => content !== undefined)) as {
    [K in keyof T]?: string;
  };
}
