import type { Workload } from './workload.js';

/** Workloads of the apps cluster. */
// prettier-ignore
export const appsCluster: readonly Workload[] = [
  { name: 'Gravitee LAN gateway', role: 'install-gravitee-lan', cpuMillicores: [500, 500, 750, 1000], memoryMiB: [512, 512, 768, 1024], replicas: [2, 2, 2, 4], source: 'gravitee resource sizing guidelines' },
  { name: 'Gravitee management API', role: 'install-gravitee-lan', cpuMillicores: [200, 500, 500, 1000], memoryMiB: [1024, 1024, 1024, 2048], replicas: [1, 2, 2, 2], source: 'gravitee helm values, raised' },
  { name: 'Gravitee console and portal', role: 'install-gravitee-lan', cpuMillicores: 100, memoryMiB: 128, replicas: [1, 2, 2, 2], source: 'gravitee helm values, raised' },
  { name: 'MongoDB for Gravitee', role: 'install-gravitee-lan', cpuMillicores: [250, 500, 500, 1000], memoryMiB: [1024, 1024, 2048, 4096], replicas: 3, storageGiB: [10, 20, 20, 50], storageClass: 'own', spread: 3, source: 'estimate' },
  { name: 'Elasticsearch for Gravitee', role: 'install-gravitee-lan', cpuMillicores: [500, 500, 1000, 2000], memoryMiB: [2048, 2048, 4096, 8192], replicas: [1, 3, 3, 3], storageGiB: [30, 60, 100, 500], storageClass: 'own', source: 'gravitee helm values, raised: estimate' },
  { name: 'eservices front office', role: 'install-eservices', cpuMillicores: [500, 500, 500, 1000], memoryMiB: [1024, 1024, 1024, 2048], replicas: [2, 2, 4, 16], product: 'eservices', source: 'estimate: the vendor must give it' },
  { name: 'eservices internal front office', role: 'install-eservices', cpuMillicores: [500, 500, 500, 1000], memoryMiB: [1024, 1024, 1024, 2048], replicas: [2, 2, 2, 6], product: 'eservices', source: 'estimate: the vendor must give it' },
  { name: 'eservices back office', role: 'install-eservices', cpuMillicores: [500, 500, 500, 1000], memoryMiB: [1024, 1024, 1024, 2048], replicas: [2, 2, 2, 6], product: 'eservices', source: 'estimate: the vendor must give it' },
  { name: 'GCO', role: 'install-gco', cpuMillicores: [500, 500, 500, 1000], memoryMiB: [1024, 1024, 1024, 2048], replicas: [2, 2, 2, 4], product: 'gco', source: 'estimate: the vendor must give it' },
  { name: 'PostgreSQL of the applications', role: 'install-eservices', cpuMillicores: [500, 1000, 2000, 4000], memoryMiB: [1024, 2048, 4096, 16384], replicas: [2, 3, 3, 3], storageGiB: [20, 50, 100, 500], storageClass: 'own', spread: 2, source: 'estimate: the vendor must give it' },
  { name: 'CloudNativePG operator', role: 'install-eservices', cpuMillicores: 100, memoryMiB: 256, replicas: 1, source: 'estimate' },
  { name: 'Longhorn UI and CSI controllers', role: 'install-longhorn', cpuMillicores: 200, memoryMiB: 512, replicas: 1, source: 'estimate' },
  { name: 'NeuVector volume', role: 'install-neuvector', cpuMillicores: 0, memoryMiB: 0, replicas: 1, storageGiB: 1, storageClass: 'shared', source: 'neuvector docs, requirements' },
];
