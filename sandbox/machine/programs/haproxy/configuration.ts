import type { HttpQuestion } from '../program.js';
import type { RiseAndFall } from '../health.js';

/** What a condition may look at. */
export type Sample = {
  source: string;
  /** Of this source at this frontend, once they are tracked: open now, and new in the last ten seconds. */
  connections: number;
  newConnections: number;
  /** The TLS greeting, as far as it has come; the name that it asks for. */
  hello?: { name: string | undefined };
  http?: HttpQuestion;
};
export type Condition = (sample: Sample) => boolean;
export type Rule<Action> = { action: Action; holds: Condition };

export type HttpAction =
  | { kind: 'redirect'; status: number }
  | { kind: 'auth'; realm: string }
  | { kind: 'metrics' }
  | { kind: 'return'; status: number; contentType: string; text: string };

export type Bind = { where: string } & (
  { kind: 'unix'; path: string } | { kind: 'tcp'; address: string; port: number; pem?: string }
);

export type ServerSettings = RiseAndFall & {
  name: string;
  address: string;
  port: number;
  check: boolean;
  checkTls: boolean;
  proxyHeader: boolean;
  backup: boolean;
  interMs: number;
  fastInterMs?: number;
  downInterMs?: number;
  shutdownSessions: boolean;
};
export type HttpCheck = { path: string; host: string; expects: (status: number) => boolean };

/** A frontend or a backend, or the defaults that both begin as. */
export type Proxy = {
  kind: 'defaults' | 'frontend' | 'backend';
  name: string;
  /** `file:line` of its declaration. */
  where: string;
  mode: 'tcp' | 'http';
  /** By HAProxy's names: connect, client, … */
  timeoutsMs: Record<string, number>;
  maxconn: number;
  binds: Bind[];
  acls: Map<string, Condition[]>;
  table: boolean;
  connectionRules: Rule<'accept' | 'reject' | 'track'>[];
  inspectDelayMs: number;
  contentRules: Rule<'accept' | 'reject'>[];
  httpRules: Rule<HttpAction>[];
  statisticsUri: string | undefined;
  uses: Rule<string>[];
  defaultBackend: string | undefined;
  balance: 'roundrobin' | 'leastconn';
  retries: number;
  redispatch: boolean;
  httpCheck: HttpCheck | undefined;
  serverDefaults: Omit<ServerSettings, 'name' | 'address' | 'port'>;
  servers: ServerSettings[];
};

export type HaproxyConfiguration = {
  maxconn: number;
  chroot: string | undefined;
  hardStopMs: number | undefined;
  /** `stats socket`: listens, too; what is asked there is not simulated. */
  adminSocket: string | undefined;
  frontends: Proxy[];
  backends: Map<string, Proxy>;
};

/** A proxy of HAProxy's own defaults; `from` are those of the file (configuration manual 2.6, section 4.2). */
export function freshProxy(kind: Proxy['kind'], name: string, where: string, from?: Proxy): Proxy {
  return {
    mode: 'tcp',
    maxconn: Number.POSITIVE_INFINITY,
    balance: 'roundrobin',
    retries: 3,
    redispatch: false,
    httpCheck: undefined,
    statisticsUri: undefined,
    defaultBackend: undefined,
    ...from,
    timeoutsMs: { ...from?.timeoutsMs },
    serverDefaults: from?.serverDefaults ?? {
      check: false,
      checkTls: false,
      proxyHeader: false,
      backup: false,
      interMs: 2_000,
      rise: 2,
      fall: 3,
      shutdownSessions: false,
    },
    kind,
    name,
    where,
    binds: [],
    acls: new Map(),
    table: false,
    connectionRules: [],
    inspectDelayMs: 0,
    contentRules: [],
    httpRules: [],
    uses: [],
    servers: [],
  };
}
