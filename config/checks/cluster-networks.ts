import { networkSpan, prefixLength, spansOverlap, type AddressSpan } from '../ipv4.js';
import type { SparseSite } from '../load/prune.js';
import { zoneNames } from '../machine.js';
import { pathText, type Finding, type Path } from '../problem.js';
import { clusterNames, Clusters } from '../site/clusters.js';

/** A node takes a /24 of the pod network, so a longer prefix than /20 leaves room for fewer than 16 nodes. */
const longestPodPrefix = 20;

type Network = { path: Path; cidr: string; span: AddressSpan; given: boolean };

/** Pod and service networks that overlap each other, a zone or a routed network: pods would lose the way there. */
export function clusterNetworkFindings(site: SparseSite): Finding[] {
  const ofClusters = networksOfClusters(site);
  const outside = [
    ...networksOfZones(site),
    ...listed(site, 'routedNetworks'),
    ...listed(site, 'management'),
  ];
  const overlapping = ofClusters.flatMap((network, index): Finding[] =>
    [...ofClusters.slice(0, index), ...outside]
      .filter((other) => spansOverlap(network.span, other.span))
      .map((other) => ({
        path: network.path,
        message: `${network.cidr}${network.given ? '' : ' (the default)'} overlaps ${pathText(other.path)} (${other.cidr}). Choose a network that nothing else uses`,
      })),
  );
  const tooSmall = ofClusters
    .filter(({ path, cidr }) => path[2] === 'podCidr' && prefixLength(cidr) > longestPodPrefix)
    .map(({ path, cidr }) => ({
      path,
      message: `${cidr} is too small: every node takes a /24 of it. Use a /${longestPodPrefix} or larger, such as a /16`,
    }));
  return [...overlapping, ...tooSmall];
}

function networksOfClusters(site: SparseSite): Network[] {
  const defaults = Clusters.parse(undefined);
  return clusterNames.flatMap((cluster) =>
    (['podCidr', 'serviceCidr'] as const).flatMap((key) => {
      const given = site.clusters?.[cluster]?.[key];
      return network(['clusters', cluster, key], given ?? defaults[cluster][key], given !== undefined);
    }),
  );
}

function networksOfZones(site: SparseSite): Network[] {
  return zoneNames.flatMap((zone) => network(['zones', zone, 'cidr'], site.zones?.[zone]?.cidr));
}

/** Networks of a list; 0.0.0.0/0 means anybody and is no network to lose. */
function listed(site: SparseSite, key: 'routedNetworks' | 'management'): Network[] {
  return (site[key] ?? []).flatMap((cidr, index) =>
    cidr === '0.0.0.0/0' ? [] : network([key, index], cidr),
  );
}

function network(path: Path, cidr: string | undefined, given = true): Network[] {
  const span = cidr === undefined ? undefined : networkSpan(cidr);
  return cidr === undefined || span === undefined ? [] : [{ path, cidr, span, given }];
}
