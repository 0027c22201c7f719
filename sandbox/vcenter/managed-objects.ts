import { dvsUuid, fixed, freeGiB, type Inventory } from './inventory.js';
import { machineObject } from './machine-object.js';
import { data, list, ref, type Ref, type Value } from './value.js';
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
