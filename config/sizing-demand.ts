import { copies } from './footprints/node.js';
import { figureAt, profileUsers, replicasAt, type Workload } from './footprints/workload.js';
import type { Site } from './site.js';

/** One workload at the site's number of users. */
export type DemandLine = {
  workload: Workload;
  replicas: number;
  cpuMillicores: number;
  memoryMiB: number;
  storageGiB: number;
};

/** What a cluster must carry: sums of requests, raw storage with all copies, and the widest anti-affinity. */
export type Demand = {
  lines: DemandLine[];
  cpuMillicores: number;
  memoryMiB: number;
  volumesGiB: number;
  rawStorageGiB: number;
  spread: number;
};

const largestProfile = profileUsers[3];

/** Above the largest profile a workload grows in number or, where its number is fixed, in size; never in both. */
function growsInNumber({ replicas }: Workload): boolean {
  return typeof replicas !== 'number' && replicas[3] > replicas[2];
}

/** Adds up the workloads at a number of users; those of products that were not chosen are left out. */
export function demandOf(workloads: readonly Workload[], users: number, products: Site['products']): Demand {
  const lines = workloads
    .filter(({ product }) => product === undefined || products.includes(product))
    .map((workload): DemandLine => {
      const replicas = replicasAt(workload, users);
      const each = users > largestProfile && growsInNumber(workload) ? largestProfile : users;
      return {
        workload,
        replicas,
        cpuMillicores: replicas * figureAt(workload.cpuMillicores, each),
        memoryMiB: replicas * figureAt(workload.memoryMiB, each),
        storageGiB: replicas * figureAt(workload.storageGiB ?? 0, each),
      };
    })
    .filter(({ replicas }) => replicas > 0);
  const sum = (of: (line: DemandLine) => number): number =>
    lines.reduce((total, line) => total + of(line), 0);
  return {
    lines,
    cpuMillicores: sum((line) => line.cpuMillicores),
    memoryMiB: sum((line) => line.memoryMiB),
    volumesGiB: sum((line) => line.storageGiB),
    rawStorageGiB: sum((line) => line.storageGiB * copies[line.workload.storageClass ?? 'own']),
    spread: Math.max(1, ...lines.map(({ workload }) => workload.spread ?? 1)),
  };
}
