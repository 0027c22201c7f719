import type { Workload } from './workload.js';

/** Workloads of the DMZ cluster: three nodes that grow in size. */
// prettier-ignore
export const dmzCluster: readonly Workload[] = [
  { name: 'Gravitee DMZ gateway', role: 'install-gravitee-dmz', cpuMillicores: [500, 500, 750, 1000], memoryMiB: [512, 512, 768, 1024], replicas: [2, 3, 3, 6], source: 'gravitee resource sizing guidelines' },
  { name: 'Gravitee DMZ operator', role: 'install-gravitee-dmz', cpuMillicores: 500, memoryMiB: [512, 1024, 1024, 1024], replicas: [1, 2, 2, 2], source: 'gravitee helm values' },
];
