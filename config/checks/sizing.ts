import type { SparseSite } from '../load/prune.js';
import type { GroupName } from '../machine.js';
import type { Finding } from '../problem.js';

/** Counts that the topology fixes: raft and etcd need a majority, keepalived pairs are two. */
const allowedCounts: Partial<Record<GroupName, readonly number[]>> = {
  vault: [3, 5, 7],
  gitops: [1, 2],
  monitoring: [1],
  'lb-lan': [2],
  'lb-integration': [2],
  'lb-dmz': [2],
  'apps-master': [3],
  'middleware-master': [3],
  'dmz-node': [3],
};

export function sizingFindings(site: SparseSite): Finding[] {
  return Object.entries(site.sizing ?? {}).flatMap(([group, figures]): Finding[] => {
    const allowed = allowedCounts[group as GroupName];
    const count = figures?.count;
    if (count === undefined || allowed === undefined || allowed.includes(count)) return [];
    const remedy =
      allowed.length === 1 ? `It is always ${allowed[0]}: remove it` : `Use ${allowed.join(' or ')}`;
    return [
      { path: ['sizing', group, 'count'], message: `${count} machines of ${group} cannot work. ${remedy}` },
    ];
  });
}
