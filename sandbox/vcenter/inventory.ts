import { ref, type Ref } from './value.js';

export type SandboxDisk = { key: number; controllerKey: number; unitNumber: number; sizeKiB: number };
export type SandboxCard = { key: number; macAddress: string; portGroup: string };

export type MachineConfig = {
  instanceUuid: string;
  template: boolean;
  annotation: string;
  vcpu: number;
  coresPerSocket: number;
  memoryMiB: number;
  disks: SandboxDisk[];
  cards: SandboxCard[];
  options: Record<string, string>;
};

/** A machine; without `config` while it is being cloned: its name is taken and visible, nothing else is. */
export type SandboxMachine = {
  id: string;
  name: string;
  folder: string;
  config?: MachineConfig;
  power: 'poweredOn' | 'poweredOff';
  host: string;
};

export type Rule = { key: number; name: string; enabled: boolean; mandatory: boolean; machines: string[] };

export type InventoryOptions = {
  hosts: number;
  drs: boolean;
  datastoreGiB: number;
  networks: readonly string[];
  template: string;
};

/** References of what every inventory of this vCenter has. */
export const fixed = {
  root: ref('Folder', 'group-d1'),
  datacenter: ref('Datacenter', 'datacenter-2'),
  vmFolder: ref('Folder', 'group-v3'),
  hostFolder: ref('Folder', 'group-h4'),
  datastoreFolder: ref('Folder', 'group-s5'),
  networkFolder: ref('Folder', 'group-n6'),
  cluster: ref('ClusterComputeResource', 'domain-c7'),
  pool: ref('ResourcePool', 'resgroup-8'),
  datastore: ref('Datastore', 'datastore-9'),
  dvs: ref('VmwareDistributedVirtualSwitch', 'dvs-10'),
} as const;

export const dvsUuid = '50 1a 2b 3c 4d 5e 6f 70-81 92 a3 b4 c5 d6 e7 f8';
export const scsiController = 1000;
const kibPerGib = 1024 ** 2;

/** Everything that is in this vCenter. Changed only by `effects.ts`, so that the journal can rebuild it. */
export type Inventory = {
  options: InventoryOptions;
  machines: Map<string, SandboxMachine>;
  folders: Map<string, { name: string; parent: string }>;
  rules: Rule[];
  hosts: Ref[];
  portGroups: Map<string, Ref>;
  nextId: number;
};

export function emptyInventory(options: InventoryOptions): Inventory {
  const template: SandboxMachine = {
    id: 'vm-100',
    name: options.template,
    folder: fixed.vmFolder.value,
    power: 'poweredOff',
    host: 'host-20',
    config: {
      instanceUuid: '50000000-0000-4000-8000-000000000100',
      template: true,
      annotation: '',
      vcpu: 1,
      coresPerSocket: 1,
      memoryMiB: 1024,
      disks: [{ key: 2000, controllerKey: scsiController, unitNumber: 0, sizeKiB: 8 * kibPerGib }],
      cards: [{ key: 4000, macAddress: '00:50:56:80:00:00', portGroup: options.networks[0] ?? '' }],
      options: {},
    },
  };
  return {
    options,
    machines: new Map([[template.id, template]]),
    folders: new Map(),
    rules: [],
    hosts: Array.from({ length: options.hosts }, (_, index) => ref('HostSystem', `host-${20 + index}`)),
    portGroups: new Map(
      options.networks.map((name, index) => [
        name,
        ref('DistributedVirtualPortgroup', `dvportgroup-${50 + index}`),
      ]),
    ),
    nextId: 101,
  };
}

export function machineNamed(inventory: Inventory, folder: string, name: string): SandboxMachine | undefined {
  return [...inventory.machines.values()].find(
    (machine) => machine.folder === folder && machine.name === name,
  );
}

export function machineWithUuid(inventory: Inventory, instanceUuid: string): SandboxMachine | undefined {
  return [...inventory.machines.values()].find((machine) => machine.config?.instanceUuid === instanceUuid);
}

export function freeGiB(inventory: Inventory): number {
  const used = [...inventory.machines.values()].flatMap((machine) => machine.config?.disks ?? []);
  return (
    inventory.options.datastoreGiB - Math.ceil(used.reduce((sum, disk) => sum + disk.sizeKiB, 0) / kibPerGib)
  );
}
