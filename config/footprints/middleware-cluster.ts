import type { Workload } from './workload.js';

/** Workloads of the middleware cluster. */
// prettier-ignore
export const middlewareCluster: readonly Workload[] = [
  { name: 'Rancher server', role: 'install-rancher-server', cpuMillicores: [500, 1000, 1000, 1000], memoryMiB: [2048, 3072, 4096, 4096], replicas: 3, spread: 3, source: 'share of the published size: estimate' },
  { name: 'MinIO operator', role: 'install-minio', cpuMillicores: 200, memoryMiB: 256, replicas: 1, source: 'minio operator helm values' },
  { name: 'MinIO server', role: 'install-minio', cpuMillicores: [250, 500, 1000, 2000], memoryMiB: [2048, 2048, 4096, 8192], replicas: 4, storageGiB: [100, 200, 400, 2000], storageClass: 'own', spread: 4, source: 'docs.min.io memory; 4 servers at least' },
  { name: 'Keycloak', role: 'install-keycloak', cpuMillicores: [500, 500, 750, 1500], memoryMiB: [1536, 1536, 1536, 2048], replicas: [2, 2, 2, 3], source: 'keycloak guides, performance recommendations' },
  { name: 'PostgreSQL for Keycloak', role: 'install-keycloak', cpuMillicores: [500, 500, 1000, 2000], memoryMiB: [1024, 1024, 2048, 4096], replicas: [2, 3, 3, 3], storageGiB: [10, 20, 20, 50], storageClass: 'own', spread: 2, source: 'keycloak guides, performance recommendations' },
  { name: 'PostgreSQL for n8n', role: 'install-n8n', cpuMillicores: [250, 250, 500, 1000], memoryMiB: [512, 1024, 1024, 2048], replicas: [2, 3, 3, 3], storageGiB: [10, 20, 20, 100], storageClass: 'own', spread: 2, source: 'estimate' },
  { name: 'PostgreSQL for Flowable', role: 'install-flowable', cpuMillicores: [250, 500, 1000, 2000], memoryMiB: [512, 1024, 2048, 8192], replicas: [2, 3, 3, 3], storageGiB: [10, 20, 50, 200], storageClass: 'own', spread: 2, product: 'eservices', source: 'estimate' },
  { name: 'CloudNativePG operator', role: 'install-keycloak', cpuMillicores: 100, memoryMiB: 256, replicas: 1, source: 'estimate' },
  { name: 'Redis of n8n', role: 'install-n8n', cpuMillicores: [100, 100, 100, 250], memoryMiB: [256, 256, 512, 1024], replicas: [1, 3, 3, 3], storageGiB: [2, 2, 2, 5], storageClass: 'own', source: 'estimate' },
  { name: 'Strimzi operator', role: 'install-kafka', cpuMillicores: 200, memoryMiB: 384, replicas: 1, source: 'strimzi helm values' },
  { name: 'Strimzi entity operator', role: 'install-kafka', cpuMillicores: 100, memoryMiB: 512, replicas: 1, source: 'estimate' },
  { name: 'Kafka controllers', role: 'install-kafka', cpuMillicores: [250, 250, 250, 500], memoryMiB: [1024, 1024, 1024, 2048], replicas: [0, 0, 3, 3], storageGiB: [10, 10, 10, 20], storageClass: 'own', spread: 3, source: 'estimate' },
  { name: 'Kafka brokers', role: 'install-kafka', cpuMillicores: [500, 500, 1000, 2000], memoryMiB: [2048, 3072, 4096, 8192], replicas: [3, 3, 3, 5], storageGiB: [20, 50, 100, 500], storageClass: 'own', spread: 3, source: 'estimate' },
  { name: 'n8n main', role: 'install-n8n', cpuMillicores: 200, memoryMiB: 512, replicas: 1, source: 'n8n-hosting values.yaml' },
  { name: 'n8n worker', role: 'install-n8n', cpuMillicores: [300, 300, 300, 500], memoryMiB: [768, 768, 768, 1024], replicas: [1, 2, 3, 10], source: 'n8n-hosting values.yaml' },
  { name: 'Flowable', role: 'install-flowable', cpuMillicores: [250, 500, 500, 1000], memoryMiB: [600, 1024, 1024, 2048], replicas: [2, 2, 3, 6], product: 'eservices', source: 'flowable k8s resources, raised: estimate' },
  { name: 'Longhorn UI and CSI controllers', role: 'install-longhorn', cpuMillicores: 200, memoryMiB: 512, replicas: 1, source: 'estimate' },
  { name: 'NeuVector volume', role: 'install-neuvector', cpuMillicores: 0, memoryMiB: 0, replicas: 1, storageGiB: 1, storageClass: 'shared', source: 'neuvector docs, requirements' },
];
