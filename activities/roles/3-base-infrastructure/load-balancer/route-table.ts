import type { GroupName } from '../../../../config/machine.js';
import type { ServiceName } from '../../../../config/site/names.js';

/**
 * How a balancer finds out whether to send connections to a server. TLS is passed through, so that each client verifies
 * by itself who answers; a check tells nothing and asks only for life.
 */
export type HealthCheck =
  | { kind: 'tcp' }
  /** A TLS handshake. */
  | { kind: 'tls' }
  /** A request over TLS; any 2xx or 3xx is good when no status is given. */
  | { kind: 'https'; path: string; status?: string };

/** What is served on a port, wherever the port table lets somebody reach that port of a virtual address. */
export type RouteRule = {
  /** Names the backend. */
  name: string;
  port: number;
  /** First phase in which a server answers; before it they are down. */
  phase: number;
  /** Groups that the servers are in; of these those that the port table lets the pair reach on this port. */
  groups: readonly GroupName[];
  check: HealthCheck;
  /** Chooses this route by the name that a client asks for (SNI); without it the route takes every other name. */
  service?: ServiceName;
  /** The name with a number after its first label leads here too: `kafka-0.example.org`. No other name does. */
  numbered?: true;
  /** The client's address goes before the connection (PROXY protocol, version 2): servers trust the pair's addresses. */
  clientAddress?: true;
  /** Only the first server takes connections while it is up. */
  standby?: true;
  /** Connections that say nothing for hours are as they should be: watches, `kubectl exec`. */
  quiet?: true;
};

const appsNodes = ['apps-master', 'apps-worker'] as const;
const middlewareNodes = ['middleware-master', 'middleware-worker'] as const;
const servers = ['apps-master', 'middleware-master', 'dmz-node'] as const;

/**
 * Everything that the three pairs serve but for port 80, which only redirects. RKE2: docs.rke2.io, cluster-loadbalancer;
 * /readyz answers 401 where anonymous requests are off. Vault: /v1/sys/health is 200 on the active node alone
 * (developer.hashicorp.com/vault/api-docs/system/health). Registry: /v2/ answers 401 without a login.
 */
// prettier-ignore
export const routeTable: readonly RouteRule[] = [
  { name: 'kubernetes-api', port: 6443, phase: 4, groups: servers, check: { kind: 'https', path: '/readyz', status: '200,401' }, quiet: true },
  { name: 'registration', port: 9345, phase: 4, groups: servers, check: { kind: 'https', path: '/ping', status: '200' }, quiet: true },
  { name: 'git', port: 443, phase: 3, groups: ['gitops'], check: { kind: 'https', path: '/' }, service: 'git', standby: true },
  { name: 'ingress', port: 443, phase: 4, groups: [...appsNodes, ...middlewareNodes, 'dmz-node'], check: { kind: 'tls' }, clientAddress: true },
  { name: 'vault', port: 8200, phase: 3, groups: ['vault'], check: { kind: 'https', path: '/v1/sys/health', status: '200' } },
  { name: 'registry', port: 5000, phase: 3, groups: ['gitops'], check: { kind: 'https', path: '/v2/', status: '200,401' }, standby: true },
  { name: 'kafka', port: 9094, phase: 6, groups: middlewareNodes, check: { kind: 'tcp' }, service: 'kafka', numbered: true },
];
