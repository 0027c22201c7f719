import type { GroupName } from './machine.js';
import type { Site } from './site.js';

/** Size and number of one group's machines. */
export type GroupSize = {
  group: GroupName;
  count: number;
  vcpu: number;
  memoryMiB: number;
  disksGiB: { system: number; rancher?: number; longhorn?: number };
};

/** Provisional: the published profile of 100 users for every site. */
export function computeSizing(site: Site): GroupSize[] {
  void site;
  const size = (
    group: GroupName,
    count: number,
    vcpu: number,
    memoryGiB: number,
    disksGiB: GroupSize['disksGiB'],
  ): GroupSize => ({ group, count, vcpu, memoryMiB: memoryGiB * 1024, disksGiB });
  return [
    size('vault', 3, 2, 8, { system: 100 }),
    size('gitops', 1, 4, 8, { system: 340 }),
    size('monitoring', 1, 4, 16, { system: 240 }),
    size('lb-lan', 2, 2, 2, { system: 60 }),
    size('lb-integration', 2, 2, 2, { system: 60 }),
    size('lb-dmz', 2, 2, 2, { system: 60 }),
    size('apps-master', 3, 12, 48, { system: 60, rancher: 50, longhorn: 150 }),
    size('middleware-master', 3, 12, 48, { system: 60, rancher: 50, longhorn: 250 }),
    size('middleware-worker', 1, 8, 32, { system: 60, longhorn: 250 }),
    size('dmz-node', 3, 6, 24, { system: 60, rancher: 50 }),
  ];
}
