import {
  dvsUuid,
  fixed,
  freeGiB,
  scsiController,
  type Inventory,
  type MachineConfig,
  type SandboxMachine,
} from './inventory.js';
import { data, list, ref, type Data, type Ref, type Value } from './value.js';
import type { World } from './world.js';

const hostMemoryMiB = 1024 * 1024;
const hostCores = 64;
const bytesPerMib = 1024 ** 2;
const bytesPerGib = 1024 ** 3;

/** The properties of a managed object, by their first path segment; undefined when there is no such object. */
export function objectOf(world: World, { ref: type, value }: Ref): Record<string, Value> | undefined {
  const { inventory } = world;
  const machine = inventory.machines.get(value);
  if (type === 'VirtualMachine') return machine === undefined ? undefined : machineObject(world, machine);
  if (type === 'Folder') return folderObject(inventory, value);
  if (type === 'Task') {
    const info = world.tasks.info(value);
    return info === undefined ? undefined : { info };
  }
  if (type === 'HostSystem' && inventory.hosts.some((host) => host.value === value)) return hostObject(value);
  if (type === 'DistributedVirtualPortgroup') {
    const name = [...inventory.portGroups].find(([, group]) => group.value === value)?.[0];
    return name === undefined
      ? undefined
      : {
          name,
          key: value,
          config: data('DVPortgroupConfigInfo', { key: value, name, distributedVirtualSwitch: fixed.dvs }),
        };
  }
  const object = fixedObjects(inventory)[value];
  return object?.type === type ? object.properties : undefined;
}

/** What lies directly in a folder, datacenter or compute resource, with its name: what inventory paths are made of. */
export function childrenOf(inventory: Inventory, { value }: Ref): { name: string; target: Ref }[] {
  const {
    root,
    datacenter,
    vmFolder,
    hostFolder,
    datastoreFolder,
    networkFolder,
    cluster,
    pool,
    datastore,
    dvs,
  } = fixed;
  if (value === root.value) return [{ name: 'DC0', target: datacenter }];
  if (value === datacenter.value)
    return [
      { name: 'vm', target: vmFolder },
      { name: 'host', target: hostFolder },
      { name: 'datastore', target: datastoreFolder },
      { name: 'network', target: networkFolder },
    ];
  if (value === hostFolder.value) return [{ name: 'DC0_C0', target: cluster }];
  if (value === datastoreFolder.value) return [{ name: 'LocalDS_0', target: datastore }];
  if (value === networkFolder.value)
    return [
      { name: 'DVS0', target: dvs },
      ...[...inventory.portGroups].map(([name, target]) => ({ name, target })),
    ];
  if (value === cluster.value)
    return [
      { name: 'Resources', target: pool },
      ...inventory.hosts.map((host) => ({ name: hostName(host.value), target: host })),
    ];
  const folders = [...inventory.folders]
    .filter(([, folder]) => folder.parent === value)
    .map(([id, folder]) => ({ name: folder.name, target: ref('Folder', id) }));
  const machines = [...inventory.machines.values()]
    .filter((machine) => machine.folder === value)
    .map((machine) => ({ name: machine.name, target: ref('VirtualMachine', machine.id) }));
  return [...folders, ...machines];
}

function folderObject(inventory: Inventory, value: string): Record<string, Value> | undefined {
  const names: Record<string, string> = {
    'group-d1': 'Datacenters',
    'group-v3': 'vm',
    'group-h4': 'host',
    'group-s5': 'datastore',
    'group-n6': 'network',
  };
  const name = names[value] ?? inventory.folders.get(value)?.name;
  if (name === undefined) return undefined;
  const inside = childrenOf(inventory, ref('Folder', value)).map((child) => child.target);
  return { name, childEntity: list('ManagedObjectReference', inside) };
}

function fixedObjects(
  inventory: Inventory,
): Record<string, { type: string; properties: Record<string, Value> }> {
  const { datacenter, cluster, pool, datastore, dvs } = fixed;
  const hosts = inventory.hosts.length;
  const rules = inventory.rules.map((rule) =>
    data('ClusterAntiAffinityRuleSpec', {
      key: rule.key,
      status: 'green',
      enabled: rule.enabled,
      name: rule.name,
      mandatory: rule.mandatory,
      userCreated: true,
      vm: rule.machines.map((id) => ref('VirtualMachine', id)),
    }),
  );
  const summary = data('ClusterComputeResourceSummary', {
    totalCpu: hosts * hostCores * 2400,
    totalMemory: hosts * hostMemoryMiB * bytesPerMib,
    numCpuCores: hosts * hostCores,
    numCpuThreads: hosts * hostCores * 2,
    effectiveCpu: hosts * hostCores * 2400,
    effectiveMemory: hosts * hostMemoryMiB,
    numHosts: hosts,
    numEffectiveHosts: hosts,
    overallStatus: 'green',
  });
  const configuration = data('ClusterConfigInfoEx', {
    dasConfig: data('ClusterDasConfigInfo', { enabled: true }),
    drsConfig: data('ClusterDrsConfigInfo', { enabled: inventory.options.drs }),
    rule: rules,
  });
  const space = data('DatastoreSummary', {
    datastore,
    name: 'LocalDS_0',
    url: 'ds:///vmfs/volumes/sandbox/',
    capacity: inventory.options.datastoreGiB * bytesPerGib,
    freeSpace: freeGiB(inventory) * bytesPerGib,
    accessible: true,
    type: 'VMFS',
  });
  return {
    [datacenter.value]: { type: datacenter.ref, properties: { name: 'DC0' } },
    [cluster.value]: {
      type: cluster.ref,
      properties: {
        name: 'DC0_C0',
        host: list('ManagedObjectReference', inventory.hosts),
        summary,
        configurationEx: configuration,
      },
    },
    [pool.value]: { type: pool.ref, properties: { name: 'Resources' } },
    [datastore.value]: { type: datastore.ref, properties: { name: 'LocalDS_0', summary: space } },
    [dvs.value]: { type: dvs.ref, properties: { name: 'DVS0', uuid: dvsUuid } },
  };
}

function hostObject(value: string): Record<string, Value> {
  return {
    name: hostName(value),
    runtime: data('HostRuntimeInfo', {
      connectionState: 'connected',
      powerState: 'poweredOn',
      inMaintenanceMode: false,
    }),
  };
}

function hostName(value: string): string {
  return `DC0_C0_H${Number(value.slice(5)) - 20}`;
}

function machineObject(world: World, machine: SandboxMachine): Record<string, Value> {
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
