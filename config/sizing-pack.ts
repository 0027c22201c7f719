import {
  everyNode,
  headroom,
  longhornCpuShare,
  longhornKeptFree,
  longhornNode,
  serverNode,
} from './footprints/node.js';
import type { GroupName } from './machine.js';
import type { Demand } from './sizing-demand.js';

/** A group of Kubernetes nodes of one size. */
export type NodePool = {
  group: GroupName;
  count: number;
  vcpu: number;
  memoryGiB: number;
  rancherGiB: number;
  longhornGiB: number;
  because: string;
};

type Size = { vcpu: number; memoryGiB: number };
type Room = { cpuMillicores: number; memoryMiB: number };

const separateFrom = 500;
const largeFrom = 1_000;
const servers = 3;
const controlPlane: Size = { vcpu: 4, memoryGiB: 16 };
const sharedServer: readonly Size[] = [
  { vcpu: 12, memoryGiB: 48 },
  { vcpu: 16, memoryGiB: 64 },
];
const smallWorker: Size = { vcpu: 8, memoryGiB: 32 };
const worker: Size = { vcpu: 12, memoryGiB: 48 };
const largeWorker: Size = { vcpu: 16, memoryGiB: 64 };
const dmzSizes: readonly Size[] = [6, 8, 12, 16, 24, 32, 48, 64].map((vcpu) => ({
  vcpu,
  memoryGiB: vcpu * 4,
}));
const rancherGiB = 50;
const leastLonghornGiB = 150;
const diskStepGiB = 50;

/** What a node sells to pods: its size less what it pays itself. */
export function roomOf(size: Size, kind: { server: boolean; longhorn: boolean }): Room {
  const costs = [
    ...everyNode,
    ...(kind.server ? [serverNode] : []),
    ...(kind.longhorn ? [longhornNode] : []),
  ];
  const paid = costs.reduce(
    (sum, cost) => ({
      cpuMillicores: sum.cpuMillicores + cost.cpuMillicores,
      memoryMiB: sum.memoryMiB + cost.memoryMiB,
    }),
    { cpuMillicores: 0, memoryMiB: 0 },
  );
  const reserved = kind.longhorn ? size.vcpu * 1000 * longhornCpuShare : 0;
  return {
    cpuMillicores: size.vcpu * 1000 - paid.cpuMillicores - reserved,
    memoryMiB: size.memoryGiB * 1024 - paid.memoryMiB,
  };
}

/**
 * Packs the apps or the middleware cluster. Below 500 users its three servers carry pods too; from 500 up they are
 * tainted and workers carry them. One node may be lost, and every anti-affinity still holds.
 */
export function packCluster(cluster: 'apps' | 'middleware', demand: Demand, users: number): NodePool[] {
  const need = withHeadroom(demand);
  if (users < separateFrom) return sharedCluster(cluster, demand, need);
  const size = users > largeFrom ? largeWorker : worker;
  const room = roomOf(size, { server: false, longhorn: true });
  // A larger size never means fewer nodes than the smaller one needed where it ended.
  const least = Math.max(demand.spread, servers + 1, ...(users > largeFrom ? [5] : []));
  const count = Math.max(least, nodesFor(need, room) + 1);
  return [
    {
      group: `${cluster}-master`,
      count: servers,
      ...controlPlane,
      rancherGiB,
      longhornGiB: 0,
      because: 'three servers without pods, for etcd and the API',
    },
    {
      group: `${cluster}-worker`,
      count,
      ...size,
      rancherGiB: 0,
      longhornGiB: longhornDisk(demand, count),
      because: `${shown(need)} with 25 % headroom over ${shown(room)} a node, one may be lost`,
    },
  ];
}

function sharedCluster(cluster: 'apps' | 'middleware', demand: Demand, need: Room): NodePool[] {
  const server = roomOf(sharedServer[0]!, { server: true, longhorn: true });
  const extra = roomOf(smallWorker, { server: false, longhorn: true });
  let workers = Math.max(0, demand.spread - servers);
  while (
    !fits(need, {
      cpuMillicores: (servers - 1) * server.cpuMillicores + workers * extra.cpuMillicores,
      memoryMiB: (servers - 1) * server.memoryMiB + workers * extra.memoryMiB,
    })
  )
    workers += 1;
  const longhornGiB = longhornDisk(demand, servers + workers);
  const because = `${shown(need)} with 25 % headroom; three servers that carry pods (${shown(server)} each), one may be lost`;
  return [
    { group: `${cluster}-master`, count: servers, ...sharedServer[0]!, rancherGiB, longhornGiB, because },
    {
      group: `${cluster}-worker`,
      count: workers,
      ...smallWorker,
      rancherGiB: 0,
      longhornGiB,
      because: `anti-affinity of ${demand.spread} nodes, or what the servers cannot carry`,
    },
  ];
}

/** The DMZ has three nodes for ever: it grows in size. */
export function packDmz(demand: Demand): NodePool {
  const need = withHeadroom(demand);
  const size =
    dmzSizes.find((candidate) =>
      fits(need, scaled(roomOf(candidate, { server: true, longhorn: false }), servers - 1)),
    ) ?? dmzSizes.at(-1)!;
  const room = roomOf(size, { server: true, longhorn: false });
  return {
    group: 'dmz-node',
    count: servers,
    ...size,
    rancherGiB,
    longhornGiB: 0,
    because: `${shown(need)} with 25 % headroom over two of three nodes of ${shown(room)}`,
  };
}

function withHeadroom({ cpuMillicores, memoryMiB }: Room): Room {
  return scaled({ cpuMillicores, memoryMiB }, 1 + headroom);
}

function scaled({ cpuMillicores, memoryMiB }: Room, factor: number): Room {
  return { cpuMillicores: cpuMillicores * factor, memoryMiB: memoryMiB * factor };
}

function fits(need: Room, room: Room): boolean {
  return need.cpuMillicores <= room.cpuMillicores && need.memoryMiB <= room.memoryMiB;
}

function nodesFor(need: Room, room: Room): number {
  return Math.ceil(Math.max(need.cpuMillicores / room.cpuMillicores, need.memoryMiB / room.memoryMiB) - 1e-9);
}

function longhornDisk(demand: Demand, nodes: number): number {
  const each = demand.rawStorageGiB / (1 - longhornKeptFree) / nodes;
  return Math.max(leastLonghornGiB, Math.ceil(each / diskStepGiB) * diskStepGiB);
}

function shown({ cpuMillicores, memoryMiB }: Room): string {
  return `${(cpuMillicores / 1000).toFixed(1)} vCPU and ${(memoryMiB / 1024).toFixed(0)} GiB`;
}
