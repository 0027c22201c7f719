import { createHash } from 'node:crypto';
import type { Inventory, Machine } from '../../../../config/machine.js';
import { inboundRules } from '../../../../config/ports/flows.js';
import type { Site } from '../../../../config/site.js';
import { certificatePath } from '../../../certificates/server-certificate.js';
import { backendSection, frontendSection, sourceRules } from './haproxy-sections.js';
import type { LoadBalancerInputs } from './inputs.js';
import { paths } from './paths.js';
import { pairRoutes, type PairGroup } from './routes.js';

export const statisticsPort = 8404;
export const statisticsUser = 'socle';

/** An estimate, the one that the footprints of the pairs rest on. */
const connectionsPerUser = 20;
const fewestConnections = 4_000;

/** The share of all connections that the Internet may take, so that what is inside always finds room. */
const publicShare = 0.8;

export type HaproxyConfiguration = {
  text: string;
  /** What the health socket answers once this text is in force. */
  fingerprint: string;
};

/**
 * haproxy.cfg of one machine; only the address of its statistics differs between the two of a pair. Every directive is in
 * HAProxy 2.6 (Debian 12): docs.haproxy.org/2.6/configuration.html.
 * @throws Error for a machine that is in no pair
 */
export function haproxyConfiguration(
  site: Site,
  inventory: Inventory,
  machine: Machine,
  inputs: LoadBalancerInputs,
): HaproxyConfiguration {
  const { frontends, backends } = pairRoutes(site, inventory, machine.group as PairGroup);
  const most = Math.max(fewestConnections, site.concurrentUsers * connectionsPerUser);
  const { connections, ...perSource } = inputs.publicLimits;
  const publicLimits = { connections: connections ?? Math.round(most * publicShare), ...perSource };
  const before = [
    globalSection(most),
    defaultsSection,
    statisticsSection(site, inventory, machine),
    ...frontends.map((frontend) => frontendSection(frontend, publicLimits)),
    ...backends.map(backendSection),
  ].join('\n');
  const fingerprint = createHash('sha256').update(before).digest('hex').slice(0, 16);
  return { text: `${before}\n${healthSection(fingerprint)}`, fingerprint };
}

/** Old workers end an hour after a reload even if a connection of theirs does not. */
function globalSection(maxconn: number): string {
  return `# Written by Socle. What is changed here goes with the next run: change the site file.
global
    log /dev/log local0 info
    chroot /var/lib/haproxy
    user haproxy
    group haproxy
    maxconn ${maxconn}
    hard-stop-after 1h
    stats socket /run/haproxy/admin.sock mode 600 level admin
    stats timeout 30s
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
`;
}

/** Servers are named by address: a balancer that waits for a name server at its start is one more thing that can fail. */
const defaultsSection = `defaults
    mode tcp
    log global
    option tcplog
    option dontlognull
    option clitcpka
    option srvtcpka
    option redispatch
    retries 2
    balance leastconn
    timeout connect 4s
    timeout check 4s
    timeout client 30s
    timeout client-fin 30s
    timeout server 30s
    timeout tunnel 1h
    default-server inter 5s fastinter 1s downinter 5s rise 2 fall 3 on-marked-down shutdown-sessions
`;

/** Over TLS, from the port table's sources, with a password; Prometheus text at /metrics. */
function statisticsSection(site: Site, inventory: Inventory, machine: Machine): string {
  const sources = inboundRules(site, inventory, machine.name)
    .filter(({ ports }) => ports.includes(String(statisticsPort)))
    .flatMap((rule) => rule.sources);
  return `frontend statistics
    mode http
    option httplog
    bind ${machine.address}:${statisticsPort} ssl crt ${certificatePath(machine.name)} alpn h2,http/1.1
    maxconn 100
    timeout http-request 5s
${sourceRules(sources)}    acl authorised req.hdr(authorization) -m str -f ${paths.statisticsLogin}
    http-request auth realm statistics unless authorised
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /
    stats refresh 10s
`;
}

function healthSection(fingerprint: string): string {
  return `frontend health
    mode http
    bind unix@${paths.healthSocket} mode 600
    option dontlog-normal
    timeout http-request 2s
    http-request return status 200 content-type text/plain string ${fingerprint}
`;
}

/** The content of the file that names the one login of the statistics. */
export function statisticsLogin(password: string): string {
  return `Basic ${Buffer.from(`${statisticsUser}:${password}`).toString('base64')}\n`;
}
