import type { RoleName } from '../phases.js';
import type { ProductName } from '../site.js';

/** A figure at 100, 500, 1,000 and 10,000 concurrent users, or one that holds for any number. */
export type Figure = number | readonly [number, number, number, number];

export const profileUsers = [100, 500, 1_000, 10_000] as const;

/**
 * What one workload asks of a cluster, as Kubernetes requests per replica.
 * `source` names where the figures come from; `estimate` is ours, to be replaced by a measurement.
 */
export type Workload = {
  name: string;
  role: RoleName;
  cpuMillicores: Figure;
  memoryMiB: Figure;
  replicas: Figure;
  /** Per replica, before the storage's own copies. */
  storageGiB?: Figure;
  /** `own`: the workload replicates its data itself and takes the class with one copy; `shared`: three copies. */
  storageClass?: 'own' | 'shared';
  /** Replicas that must stand on different nodes. */
  spread?: number;
  product?: ProductName;
  source: string;
};

/** A figure at any number of users: linear between the profiles, that of 100 below, continued above 10,000. */
export function figureAt(figure: Figure, users: number): number {
  if (typeof figure === 'number') return figure;
  if (users <= profileUsers[0]) return figure[0];
  const upper = profileUsers.findIndex((profile) => users <= profile);
  const index = upper < 0 ? profileUsers.length - 1 : upper;
  const [from, to] = [profileUsers[index - 1]!, profileUsers[index]!];
  const [low, high] = [figure[index - 1]!, figure[index]!];
  return low + ((high - low) * (users - from)) / (to - from);
}

/** A number of replicas: rounded up. */
export function replicasAt(workload: Workload, users: number): number {
  return Math.ceil(figureAt(workload.replicas, users) - 1e-9);
}
