import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

/** A customer's root without the place of its answer, an answer without a customer, or a first day that is still to come. */
export function certificateFindings(site: SparseSite): Finding[] {
  const { root, chain } = site.certificates ?? {};
  if (root === 'customer' && chain === undefined)
    return [
      {
        path: ['certificates', 'root'],
        message:
          'customer needs certificates.chain: where the answer to the request of socle certificates --request will stand, such as file:chain.pem',
      },
    ];
  if (root !== 'customer' && chain !== undefined)
    return [
      { path: ['certificates', 'chain'], message: 'is only for root: customer. Remove it or change root' },
    ];
  return [];
}
