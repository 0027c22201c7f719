import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';

export function productFindings(site: SparseSite): Finding[] {
  const products = site.products ?? [];
  return products.flatMap((product, index): Finding[] =>
    product === undefined || products.indexOf(product) === index
      ? []
      : [{ path: ['products', index], message: `"${product}" stands twice. Remove one` }],
  );
}
