import { appsCluster } from './footprints/apps-cluster.js';
import { dmzCluster } from './footprints/dmz-cluster.js';
import { everyCluster } from './footprints/every-cluster.js';
import { machineFootprints } from './footprints/machines.js';
import { middlewareCluster } from './footprints/middleware-cluster.js';
import { profileUsers, type Figure } from './footprints/workload.js';
import { demandOf, type Demand } from './sizing-demand.js';
import { packCluster, packDmz, type NodePool } from './sizing-pack.js';
import type { GroupName } from './machine.js';
import type { Site } from './site.js';

/** Number and size of one group's machines, and the arithmetic that led there. */
export type GroupSize = {
  group: GroupName;
  count: number;
  vcpu: number;
  memoryMiB: number;
  disksGiB: { system: number; rancher?: number; longhorn?: number };
  /** One line of arithmetic; `override` is said there too. */
  because: string;
};

/** What a site needs and why: `socle plan --explain sizing` prints it. */
export type Sizing = {
  users: number;
  groups: GroupSize[];
  demands: { cluster: 'apps' | 'middleware' | 'dmz'; demand: Demand }[];
};

/** From this many users on, the control plane has machines of its own and takes no pods. */
export const separateControlPlaneFrom = 500;

/**
 * Computes the machines of a site: footprints at its number of users, packed with one node's loss tolerated.
 * The site file may override each figure (`sizing.<group>`).
 */
export function explainSizing(site: Site): Sizing {
  const users = site.concurrentUsers;
  const of = (
    cluster: 'apps' | 'middleware' | 'dmz',
    own: Parameters<typeof demandOf>[0],
  ): Sizing['demands'][number] => ({
    cluster,
    demand: demandOf([...everyCluster, ...own], users, site.products),
  });
  const demands = [
    of('apps', appsCluster),
    of('middleware', middlewareCluster),
    of('dmz', dmzCluster),
  ] as const;
  const [apps, middleware, dmz] = demands.map(({ demand }) => demand) as [Demand, Demand, Demand];
  const pools: NodePool[] = [
    ...packCluster('apps', apps, users),
    ...packCluster('middleware', middleware, users),
    packDmz(dmz),
  ];
  const groups = [
    ...machineFootprints.map((footprint) => outsideKubernetes(footprint, users)),
    ...pools.map(asGroup),
  ];
  return {
    users,
    demands: [...demands],
    groups: groups.map((size) => overridden(site, size)).filter(({ count }) => count > 0),
  };
}

/** The groups alone. */
export function computeSizing(site: Site): GroupSize[] {
  return explainSizing(site).groups;
}

function outsideKubernetes(footprint: (typeof machineFootprints)[number], users: number): GroupSize {
  const { group, count, vcpu, memoryGiB, diskGiB, source } = footprint;
  return {
    group,
    count: reached(count, users),
    vcpu: covering(vcpu, users),
    memoryMiB: covering(memoryGiB, users) * 1024,
    disksGiB: { system: covering(diskGiB, users) },
    because: source,
  };
}

/** Numbers of machines grow when a profile is reached, sizes before it. */
function reached(figure: Figure, users: number): number {
  if (typeof figure === 'number') return figure;
  return figure[
    Math.max(
      0,
      profileUsers.findLastIndex((profile) => users >= profile),
    )
  ]!;
}

function covering(figure: Figure, users: number): number {
  if (typeof figure === 'number') return figure;
  const index = profileUsers.findIndex((profile) => users <= profile);
  return figure[index < 0 ? figure.length - 1 : index]!;
}

function asGroup({ group, count, vcpu, memoryGiB, rancherGiB, longhornGiB, because }: NodePool): GroupSize {
  const disksGiB = {
    system: 60,
    ...(rancherGiB > 0 && { rancher: rancherGiB }),
    ...(longhornGiB > 0 && { longhorn: longhornGiB }),
  };
  return { group, count, vcpu, memoryMiB: memoryGiB * 1024, disksGiB, because };
}

function overridden(site: Site, size: GroupSize): GroupSize {
  const given = site.sizing[size.group];
  if (!given) return size;
  const { count, vcpu, memoryGiB, disksGiB } = given;
  const changes = Object.entries({ count, vcpu, memoryGiB }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${value}`],
  );
  const { system, rancher, longhorn } = disksGiB ?? {};
  return {
    ...size,
    count: count ?? size.count,
    vcpu: vcpu ?? size.vcpu,
    memoryMiB: memoryGiB === undefined ? size.memoryMiB : memoryGiB * 1024,
    disksGiB: {
      ...size.disksGiB,
      ...(system !== undefined && { system }),
      ...(rancher !== undefined && { rancher }),
      ...(longhorn !== undefined && { longhorn }),
    },
    because: `${size.because}; the site file says ${[...changes, ...(disksGiB ? ['disks'] : [])].join(', ')}`,
  };
}
