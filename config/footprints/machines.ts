import type { Figure } from './workload.js';

/** Machines outside Kubernetes, at 100, 500, 1,000 and 10,000 users. Memory in GiB, system disk in GiB. */
export type MachineFootprint = {
  group: 'vault' | 'gitops' | 'monitoring' | 'lb-lan' | 'lb-integration' | 'lb-dmz';
  count: Figure;
  vcpu: Figure;
  memoryGiB: Figure;
  diskGiB: Figure;
  source: string;
};

const pair = {
  count: 2,
  vcpu: [2, 2, 2, 4],
  memoryGiB: [2, 4, 4, 8],
  diskGiB: [20, 20, 20, 40],
  source: 'haproxy intro: connections per GiB; 20 connections a user: estimate',
} as const;

// prettier-ignore
export const machineFootprints: readonly MachineFootprint[] = [
  { group: 'vault', count: [3, 3, 3, 5], vcpu: [2, 2, 2, 4], memoryGiB: [8, 8, 8, 16], diskGiB: [100, 100, 100, 200], source: 'Vault reference architecture, small' },
  { group: 'gitops', count: [1, 2, 2, 2], vcpu: [4, 4, 4, 8], memoryGiB: [8, 8, 16, 16], diskGiB: [340, 340, 540, 840], source: 'Gogs README; registry: estimate' },
  { group: 'monitoring', count: 1, vcpu: [4, 8, 8, 16], memoryGiB: [16, 32, 32, 64], diskGiB: [240, 540, 1_040, 4_040], source: 'ClickHouse and Coroot recommendations; disk: estimate' },
  { group: 'lb-lan', ...pair },
  { group: 'lb-integration', ...pair },
  { group: 'lb-dmz', ...pair },
];

/** Needed beside the platform: Temporal, its database, workers, artefact store. */
export const orchestrator = { vcpu: 4, memoryGiB: 8, diskGiB: 300, source: 'estimate' } as const;
