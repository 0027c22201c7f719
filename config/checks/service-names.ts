import type { SparseSite } from '../load/prune.js';
import type { Finding } from '../problem.js';
import { serviceNames } from '../site/names.js';

/** Two services under one name: given twice, or given as what another service is called by default. */
export function serviceNameFindings(site: SparseSite): Finding[] {
  const { domain } = site;
  const nameOf = (service: (typeof serviceNames)[number]) =>
    site.names?.[service]?.name ?? (domain === undefined ? undefined : `${service}.${domain}`);
  return serviceNames.flatMap((service, index): Finding[] => {
    const name = nameOf(service);
    const other = serviceNames.find(
      (each, position) =>
        name !== undefined &&
        nameOf(each) === name &&
        (position < index || site.names?.[each]?.name === undefined) &&
        each !== service,
    );
    if (site.names?.[service]?.name === undefined || other === undefined) return [];
    return [
      {
        path: ['names', service, 'name'],
        message: `"${name}" is already the name of ${other}. Choose another`,
      },
    ];
  });
}
