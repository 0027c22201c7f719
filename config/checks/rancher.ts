import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** Sizing knows no group of machines for Rancher yet, so the choice is refused rather than passed over. */
export function rancherFindings(site: SparseSite): Finding[] {
  if (site.rancher?.placement !== 'dedicated') return [];
  return [{ path: ['rancher', 'placement'], message: '"dedicated" is not in this version. Use middleware' }];
}
