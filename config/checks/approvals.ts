import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** Two gates before one phase, or silence that means something without a limit after which it does. */
export function approvalFindings(site: SparseSite): Finding[] {
  const approvals = site.approvals ?? [];
  return approvals.flatMap((approval, index): Finding[] => {
    const first = approvals.findIndex(
      (other) => other?.before !== undefined && other.before === approval?.before,
    );
    const repeated: Finding[] =
      first < 0 || first === index
        ? []
        : [
            {
              path: ['approvals', index, 'before'],
              message: `"${approval?.before}" has a gate already (approvals[${first}]). Keep one`,
            },
          ];
    const endless: Finding[] =
      approval?.onExpiry === 'approved' && !('expiresAfter' in approval)
        ? [
            {
              path: ['approvals', index, 'onExpiry'],
              message: '"approved" needs a time limit. Add expiresAfter, such as 24h',
            },
          ]
        : [];
    return [...repeated, ...endless];
  });
}
