import type { LoadBalancerInputs } from './inputs.js';
import type { HealthCheck } from './route-table.js';
import type { Backend, BackendServer, Frontend } from './routes.js';

export type PublicLimits = LoadBalancerInputs['publicLimits'] & { connections: number };

/** HAProxy takes 64 words a line. */
const sourcesPerLine = 16;

const lines = (texts: readonly string[]): string => texts.map((text) => `    ${text}\n`).join('');

/** Refuses everybody else before a byte is read. Lines of one name add up. */
export function sourceRules(sources: readonly string[]): string {
  const chunks = Array.from({ length: Math.ceil(sources.length / sourcesPerLine) }, (_, index) =>
    sources.slice(index * sourcesPerLine, (index + 1) * sourcesPerLine),
  );
  return lines([
    ...chunks.map((chunk) => `acl allowed src ${chunk.join(' ')}`),
    'tcp-request connection reject unless allowed',
  ]);
}

/** A frontend of the pair; the public ones are limited. */
export function frontendSection(frontend: Frontend, limits: PublicLimits): string {
  const { name, address, port, sources, redirects } = frontend;
  return [
    `frontend ${name}\n`,
    lines([...(redirects ? ['mode http', 'option httplog'] : []), `bind ${address}:${port}`]),
    frontend.public ? limitRules(limits) : '',
    sources === undefined ? '' : sourceRules(sources),
    redirects
      ? lines(['timeout http-request 5s', 'http-request redirect scheme https code 301'])
      : useRules(frontend),
  ].join('');
}

/** Counted per address of the frontend: a table of its own. */
function limitRules({ connections, connectionsPerSource, newPerSecondPerSource }: PublicLimits): string {
  const perSource = [
    ...(connectionsPerSource === null ? [] : [`{ sc0_conn_cur gt ${connectionsPerSource} }`]),
    ...(newPerSecondPerSource === null ? [] : [`{ sc0_conn_rate gt ${newPerSecondPerSource * 10} }`]),
  ];
  return lines([
    `maxconn ${connections}`,
    ...(perSource.length === 0
      ? []
      : [
          'stick-table type ip size 200k expire 1m store conn_cur,conn_rate(10s)',
          'tcp-request connection track-sc0 src',
          ...perSource.map((condition) => `tcp-request connection reject if ${condition}`),
        ]),
  ]);
}

/** Where a name decides, the first bytes must be a TLS greeting, which carries it. */
function useRules({ uses }: Frontend): string {
  const byName = uses.flatMap(({ backend, serverName }) => (serverName ? [{ backend, ...serverName }] : []));
  const other = uses.find(({ serverName }) => serverName === undefined);
  return lines([
    ...(byName.length === 0
      ? []
      : [
          'tcp-request inspect-delay 5s',
          'tcp-request content accept if { req.ssl_hello_type 1 }',
          'tcp-request content reject',
        ]),
    ...byName.map(
      ({ backend, name, numbered }) =>
        `use_backend ${backend} if { req.ssl_sni ${numbered ? `-m reg -i ${numberedPattern(name)}` : `-m str -i ${name}`} }`,
    ),
    ...(other ? [`default_backend ${other.backend}`] : []),
  ]);
}

/** `kafka.example.org` and `kafka-12.example.org`. */
function numberedPattern(name: string): string {
  const [first = '', ...rest] = name.split('.');
  return `^${first}(-[0-9]+)?${rest.map((label) => `[.]${label}`).join('')}$`;
}

export function backendSection({ name, phase, check, quiet, clientAddress, servers }: Backend): string {
  return [
    `# Answers from phase ${phase} on.\n`,
    `backend ${name}\n`,
    lines([
      ...(quiet ? ['timeout tunnel 24h'] : []),
      ...checkRules(check),
      ...servers.map((server) => serverLine(server, check, clientAddress)),
    ]),
  ].join('');
}

function checkRules(check: HealthCheck): string[] {
  if (check.kind !== 'https') return [];
  return [
    'option httpchk',
    `http-check send meth GET uri ${check.path} ver HTTP/1.1 hdr Host health.check`,
    ...(check.status === undefined ? [] : [`http-check expect status ${check.status}`]),
  ];
}

/** A check over TLS tells no secret and decides on nothing but life; who answers is for each client to verify. */
function serverLine(
  { name, address, port, standby }: BackendServer,
  check: HealthCheck,
  proxy: boolean,
): string {
  const tls = check.kind === 'tcp' ? '' : ' check-ssl verify none';
  return `server ${name} ${address}:${port} check${tls}${proxy ? ' send-proxy-v2' : ''}${standby ? ' backup' : ''}`;
}
