import { isIPv4 } from 'node:net';
import type { SimulatedMachine } from '../../machine.js';
import type { CheckScript, KeepalivedConfiguration, VirtualRouter } from './configuration.js';
import { KeepalivedError, readStatements, type Statement } from './statements.js';

/** The one card of a simulated machine. */
const card = 'eth0';

type Read<Target> = Readonly<Record<string, (target: Target, statement: Statement) => void>>;
type Globals = { version: 2 | 3; scriptSecurity: boolean };

/**
 * Reads keepalived.conf as Socle writes it. The real program warns of what it does not know and goes on without it; this
 * one takes no text that `keepalived -t` would complain about.
 * @throws KeepalivedError
 */
export async function readKeepalived(
  machine: SimulatedMachine,
  path: string,
): Promise<KeepalivedConfiguration> {
  const globals: Globals = { version: 2, scriptSecurity: false };
  const scripts: CheckScript[] = [];
  const routers: VirtualRouter[] = [];
  for (const statement of await readStatements(machine, path)) {
    const [keyword, name = ''] = statement.words;
    if (keyword === 'global_defs') apply(globals, globalStatements, statement);
    else if (keyword === 'vrrp_script') {
      const script: CheckScript = { name, path: '', intervalSeconds: 1, timeoutSeconds: 1, rise: 1, fall: 1 };
      apply(script, scriptStatements, statement);
      scripts.push(script);
    } else if (keyword === 'vrrp_instance') {
      const router = freshRouter(name, globals.version);
      apply(router, routerStatements, statement);
      validate(router, scripts, statement);
      routers.push(router);
    } else throw unknown(statement);
  }
  return { scriptSecurity: globals.scriptSecurity, scripts, routers };
}

function freshRouter(name: string, version: 2 | 3): VirtualRouter {
  return {
    name,
    version,
    card: '',
    routerId: 0,
    priority: 100,
    intervalSeconds: 1,
    source: '',
    peers: [],
    addresses: [],
    scripts: [],
  };
}

function apply<Target>(target: Target, known: Read<Target>, { block, where }: Statement): void {
  if (!block) throw new KeepalivedError(`${where} Missing '{'`);
  for (const statement of block) {
    const read = Object.hasOwn(known, statement.words[0]!) ? known[statement.words[0]!] : undefined;
    if (!read) throw unknown(statement);
    read(target, statement);
  }
}

const globalStatements: Read<Globals> = {
  router_id: () => undefined,
  vrrp_version: (globals, statement) => void (globals.version = number(statement, 2, 3) as 2 | 3),
  vrrp_garp_master_refresh: (_globals, statement) => void number(statement, 0, 86_400),
  enable_script_security: (globals) => void (globals.scriptSecurity = true),
  script_user: (_globals, { words, where }) => {
    if (words[1] !== 'root')
      throw new KeepalivedError(`${where} script_user ${words[1] ?? ''} is not simulated`);
  },
};

const scriptStatements: Read<CheckScript> = {
  script: (script, { words }) =>
    void (script.path = words
      .slice(1)
      .join(' ')
      .replace(/^"(.*)"$/, '$1')),
  interval: (script, statement) => void (script.intervalSeconds = number(statement, 1, 3_600)),
  timeout: (script, statement) => void (script.timeoutSeconds = number(statement, 1, 3_600)),
  rise: (script, statement) => void (script.rise = number(statement, 1, 1_000)),
  fall: (script, statement) => void (script.fall = number(statement, 1, 1_000)),
};

const routerStatements: Read<VirtualRouter> = {
  state: (_router, { words, where }) => {
    if (words[1] !== 'BACKUP') throw new KeepalivedError(`${where} state ${words[1] ?? ''} is not simulated`);
  },
  interface: (router, { words }) => void (router.card = words[1] ?? ''),
  virtual_router_id: (router, statement) => void (router.routerId = number(statement, 1, 255)),
  priority: (router, statement) => void (router.priority = number(statement, 1, 255)),
  advert_int: (router, { words, where }) => {
    const seconds = Number(words[1]);
    if (!(seconds >= 0.01 && seconds <= 255))
      throw new KeepalivedError(`${where} advert_int '${words[1] ?? ''}' is invalid`);
    if (router.version === 2 && !Number.isInteger(seconds))
      throw new KeepalivedError(
        `(${router.name}) VRRPv2 advertisement interval ${words[1]}s must be an integer. rounding`,
      );
    router.intervalSeconds = seconds;
  },
  unicast_src_ip: (router, statement) => void (router.source = address(statement, statement.words[1])),
  unicast_peer: (router, { block = [] }) => {
    for (const peer of block) {
      const [at, ...limits] = peer.words;
      if (!['', 'min_ttl 255 max_ttl 255'].includes(limits.join(' '))) throw unknown(peer);
      router.peers.push(address(peer, at));
    }
  },
  virtual_ipaddress: (router, { block = [] }) => {
    for (const line of block) {
      const [at = '', dev, name = ''] = line.words;
      if (dev !== 'dev' || line.words.length !== 3) throw unknown(line);
      if (name !== card)
        throw new KeepalivedError(
          `${line.where} WARNING - interface ${name} for ip address ${at} doesn't exist`,
        );
      if (!at.endsWith('/32'))
        throw new KeepalivedError(`${line.where} only addresses with /32 are simulated, not ${at}`);
      router.addresses.push({ address: address(line, at.slice(0, -3)), card: name });
    }
  },
  track_script: (router, { block = [] }) => void router.scripts.push(...block.map(({ words }) => words[0]!)),
};

function validate(router: VirtualRouter, scripts: readonly CheckScript[], { where }: Statement): void {
  const { name } = router;
  if (router.card !== card)
    throw new KeepalivedError(
      `${where} WARNING - interface ${router.card} for vrrp_instance ${name} doesn't exist`,
    );
  if (router.routerId === 0) throw new KeepalivedError(`(${name}) the virtual router id must be set`);
  if (router.addresses.length === 0)
    throw new KeepalivedError(`(${name}) No VIP specified; at least one is sensible`);
  if (router.source === '')
    throw new KeepalivedError(`(${name}) multicast is not simulated: unicast_src_ip is missing`);
  const missing = router.scripts.find((script) => !scripts.some((known) => known.name === script));
  if (missing !== undefined)
    throw new KeepalivedError(`${where} (${name}) track script ${missing} not found, ignoring...`);
}

function number({ words, where }: Statement, least: number, most: number): number {
  const value = Number(words[1]);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new KeepalivedError(`${where} number '${words[1] ?? ''}' outside range [${least}, ${most}]`);
  return value;
}

function address({ where }: Statement, word = ''): string {
  if (!isIPv4(word)) throw new KeepalivedError(`${where} VRRP parsed invalid IP ${word}. skipping IP...`);
  return word;
}

function unknown({ words, where }: Statement): KeepalivedError {
  return new KeepalivedError(`${where} Unknown keyword '${words.join(' ')}'`);
}
