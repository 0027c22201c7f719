/** What every Kubernetes node pays before the first pod, and what its disks need. CPU in millicores, memory in MiB. */
type NodeCost = { name: string; cpuMillicores: number; memoryMiB: number; source: string };

export const everyNode: readonly NodeCost[] = [
  {
    name: 'operating system, kubelet, containerd',
    cpuMillicores: 500,
    memoryMiB: 2_048,
    source: 'rke2-docs resource profiling; the split: estimate',
  },
  { name: 'Canal', cpuMillicores: 250, memoryMiB: 128, source: 'estimate' },
  { name: 'ingress controller', cpuMillicores: 100, memoryMiB: 192, source: 'estimate' },
  {
    name: 'NeuVector enforcer',
    cpuMillicores: 250,
    memoryMiB: 1_024,
    source: 'neuvector docs, requirements',
  },
  { name: 'Coroot node-agent', cpuMillicores: 100, memoryMiB: 200, source: 'coroot-operator node_agent.go' },
];

export const serverNode: NodeCost = {
  name: 'etcd and API server',
  cpuMillicores: 1_500,
  memoryMiB: 4_096,
  source: 'rke2-docs requirements and resource profiling',
};

export const longhornNode: NodeCost = {
  name: 'Longhorn manager and CSI',
  cpuMillicores: 150,
  memoryMiB: 900,
  source: 'estimate',
};

/** Longhorn reserves this part of a node's CPU (longhorn.io, guaranteedInstanceManagerCPU). */
export const longhornCpuShare = 0.12;

/** Part of a Longhorn disk that is kept free (longhorn.io best practices). */
export const longhornKeptFree = 0.25;

/** Kept free of requests, so that a rolling update and a busy hour fit. */
export const headroom = 0.25;

/** Copies of a volume by storage class. */
export const copies = { own: 1, shared: 3 } as const;
