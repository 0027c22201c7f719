import { parseSections, type Line, type Section } from './sections.js';

export type Check = { tls: boolean; http?: { path: string; host: string; expected: string[] } };
export type Server = { name: string; address: string; port: number; proxy: boolean; backup: boolean };
export type Backend = { name: string; check: Check; servers: Server[] };
export type Bind = { address: string; port: number; certificate?: string };
export type Frontend = {
  name: string;
  http: boolean;
  bind?: Bind;
  unixSocket?: string;
  maxConnections?: number;
  /** Absent: everybody. */
  sources?: string[];
  perSource?: { open?: number; newInTenSeconds?: number };
  /** `name` is compared with the name in the client's TLS greeting; without one the rule takes every other. */
  uses: { backend: string; name?: RegExp }[];
  /** The first bytes must be a TLS greeting. */
  greeting: boolean;
  redirects: boolean;
  answer?: string;
  statistics?: { login: string };
};
export type Configuration = { frontends: Frontend[]; backends: Map<string, Backend> };

/** @throws Error in HAProxy's words for what it would refuse */
export function readConfiguration(text: string, file: string): Configuration {
  const sections = parseSections(text, file);
  const backends = new Map<string, Backend>();
  const frontends: Frontend[] = [];
  for (const section of sections) {
    if (section.kind === 'backend') backends.set(section.name, backendOf(section));
    if (section.kind === 'frontend') frontends.push(frontendOf(section));
  }
  for (const { name, uses } of frontends)
    for (const { backend } of uses)
      if (!backends.has(backend))
        throw new Error(
          `[ALERT] config : Proxy '${name}': unable to find required default_backend: '${backend}'.`,
        );
  return { frontends, backends };
}

const words = ({ text }: Line): string[] => text.split(/\s+/);

function find(section: Section, begin: string): string[][] {
  return section.lines.filter(({ text }) => text === begin || text.startsWith(`${begin} `)).map(words);
}

function frontendOf(section: Section): Frontend {
  const bind = find(section, 'bind')[0]?.slice(1) ?? [];
  const [place = ''] = bind;
  const unixSocket = place.startsWith('unix@') ? place.slice(5) : undefined;
  const separator = place.lastIndexOf(':');
  const certificate = bind.includes('crt') ? bind[bind.indexOf('crt') + 1] : undefined;
  const sources = find(section, 'acl allowed src').flatMap((line) => line.slice(3));
  const uses = [
    ...find(section, 'use_backend').map((line) => ({
      backend: line[1]!,
      name: line.includes('reg') ? new RegExp(line.at(-2)!, 'i') : exactly(line.at(-2)!),
    })),
    ...find(section, 'default_backend').map((line) => ({ backend: line[1]! })),
  ];
  const maximum = find(section, 'maxconn')[0]?.[1];
  const limitOf = (counter: string): number | undefined => {
    const line = section.lines.find(({ text }) => text.includes(`{ ${counter} gt `));
    return line && Number(/ gt (\d+) /.exec(line.text)![1]);
  };
  const [open, newInTenSeconds] = [limitOf('sc0_conn_cur'), limitOf('sc0_conn_rate')];
  const login = find(section, 'acl authorised')[0]?.at(-1);
  const answer = find(section, 'http-request return')[0]?.at(-1);
  return {
    name: section.name,
    http: find(section, 'mode http').length > 0,
    uses,
    greeting: find(section, 'tcp-request content reject').length > 0,
    redirects: find(section, 'http-request redirect').length > 0,
    ...(unixSocket === undefined
      ? {
          bind: {
            address: place.slice(0, separator),
            port: Number(place.slice(separator + 1)),
            ...(certificate !== undefined && { certificate }),
          },
        }
      : { unixSocket }),
    ...(maximum !== undefined && { maxConnections: Number(maximum) }),
    ...(sources.length > 0 && { sources }),
    ...((open !== undefined || newInTenSeconds !== undefined) && {
      perSource: {
        ...(open !== undefined && { open }),
        ...(newInTenSeconds !== undefined && { newInTenSeconds }),
      },
    }),
    ...(answer !== undefined && { answer }),
    ...(login !== undefined && { statistics: { login } }),
  };
}

function exactly(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'i');
}

function backendOf(section: Section): Backend {
  const send = find(section, 'http-check send')[0];
  const expected = find(section, 'http-check expect status')[0]?.[3]?.split(',') ?? [];
  const lines = find(section, 'server');
  return {
    name: section.name,
    check: {
      tls: lines.some((line) => line.includes('check-ssl')),
      ...(send && {
        http: { path: send[send.indexOf('uri') + 1]!, host: send.at(-1)!, expected },
      }),
    },
    servers: lines.map((line) => {
      const [address = '', port = ''] = line[2]!.split(':');
      return {
        name: line[1]!,
        address,
        port: Number(port),
        proxy: line.includes('send-proxy-v2'),
        backup: line.includes('backup'),
      };
    }),
  };
}
