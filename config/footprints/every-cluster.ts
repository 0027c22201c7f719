import type { Workload } from './workload.js';

/** Workloads that run on each of the three clusters. */
// prettier-ignore
export const everyCluster: readonly Workload[] = [
  { name: 'CoreDNS', role: 'install-rke2-apps', cpuMillicores: 100, memoryMiB: 128, replicas: 2, source: 'two for availability: longhorn.io best practices; size: estimate' },
  { name: 'metrics-server and snapshot controller', role: 'install-rke2-apps', cpuMillicores: 200, memoryMiB: 328, replicas: 1, source: 'estimate' },
  { name: 'Rancher cluster agent', role: 'install-rancher-server', cpuMillicores: 100, memoryMiB: 256, replicas: [1, 2, 2, 2], source: 'estimate' },
  { name: 'Fleet agent and webhook', role: 'install-rancher-server', cpuMillicores: 200, memoryMiB: 512, replicas: 1, source: 'estimate' },
  { name: 'Argo CD application controller', role: 'install-argocd', cpuMillicores: [250, 500, 500, 1000], memoryMiB: [512, 1024, 1024, 2048], replicas: 1, source: 'argo-helm values.yaml, raised: estimate' },
  { name: 'Argo CD repo-server', role: 'install-argocd', cpuMillicores: 100, memoryMiB: 256, replicas: [1, 2, 2, 2], source: 'estimate' },
  { name: 'Argo CD server', role: 'install-argocd', cpuMillicores: 50, memoryMiB: 128, replicas: [1, 2, 2, 2], source: 'argo-helm values.yaml, raised: estimate' },
  { name: 'Argo CD applicationset and notifications', role: 'install-argocd', cpuMillicores: 60, memoryMiB: 192, replicas: 1, source: 'estimate' },
  { name: 'Argo CD redis', role: 'install-argocd', cpuMillicores: 100, memoryMiB: [128, 192, 192, 192], replicas: [1, 3, 3, 3], source: 'argo-helm values.yaml' },
  { name: 'cert-manager controller', role: 'install-cert-manager', cpuMillicores: 50, memoryMiB: 128, replicas: [1, 2, 2, 2], source: 'replicas: cert-manager best practice; size: estimate' },
  { name: 'cert-manager webhook', role: 'install-cert-manager', cpuMillicores: 25, memoryMiB: 64, replicas: [1, 3, 3, 3], source: 'replicas: cert-manager best practice; size: estimate' },
  { name: 'cert-manager cainjector', role: 'install-cert-manager', cpuMillicores: 25, memoryMiB: 128, replicas: [1, 2, 2, 2], source: 'replicas: cert-manager best practice; size: estimate' },
  { name: 'trust-manager', role: 'install-cert-manager', cpuMillicores: 25, memoryMiB: 64, replicas: 1, source: 'estimate' },
  { name: 'Vault injector', role: 'setup-vault-injector', cpuMillicores: 250, memoryMiB: 256, replicas: 2, source: 'vault-helm values.yaml' },
  { name: 'Vault agents beside injected pods', role: 'setup-vault-injector', cpuMillicores: 25, memoryMiB: 64, replicas: [8, 12, 16, 40], source: '25m each by annotation; number of pods: estimate' },
  { name: 'secret synchroniser', role: 'setup-vault-injector', cpuMillicores: 50, memoryMiB: 128, replicas: [1, 2, 2, 2], source: 'estimate' },
  { name: 'NeuVector controller', role: 'install-neuvector', cpuMillicores: 250, memoryMiB: 1024, replicas: 3, spread: 3, source: 'neuvector docs, requirements' },
  { name: 'NeuVector manager', role: 'install-neuvector', cpuMillicores: 100, memoryMiB: 1024, replicas: 1, source: 'neuvector docs, requirements' },
  { name: 'NeuVector scanner', role: 'install-neuvector', cpuMillicores: 250, memoryMiB: 1024, replicas: [1, 2, 2, 3], source: 'neuvector docs, requirements' },
  { name: 'Coroot cluster-agent', role: 'install-monitoring', cpuMillicores: 100, memoryMiB: 512, replicas: 1, source: 'estimate' },
];
