import type { GroupName, Inventory, Machine, VirtualAddress } from '../../../../config/machine.js';
import { namedServices } from '../../../../config/names.js';
import { resolvePorts, type Flow } from '../../../../config/ports/flows.js';
import type { Site } from '../../../../config/site.js';
import { routeTable, type RouteRule } from './route-table.js';

/** The groups that are pairs of load balancers. */
export const pairGroups = ['lb-lan', 'lb-integration', 'lb-dmz'] as const satisfies readonly GroupName[];
export type PairGroup = (typeof pairGroups)[number];

/** One address and port that a pair listens on. */
export type Frontend = {
  name: string;
  address: string;
  virtualAddress: VirtualAddress['name'];
  port: number;
  /** Addresses and networks that may connect; absent: everybody. */
  sources?: string[];
  /** Port 80 answers with a redirect to HTTPS and nothing else. */
  redirects: boolean;
  /** Reached from the Internet. */
  public: boolean;
  /** Backends in the order in which they are tried: those that a name chooses first. */
  uses: { backend: string; serverName?: { name: string; numbered: boolean } }[];
};

export type BackendServer = { name: string; address: string; port: number; standby: boolean };
export type Backend = Pick<RouteRule, 'name' | 'phase' | 'check'> & {
  clientAddress: boolean;
  quiet: boolean;
  servers: BackendServer[];
};

/** What both machines of a pair serve. */
export type PairRoutes = { frontends: Frontend[]; backends: Backend[] };

const everybody = '0.0.0.0/0';
const redirectPort = 80;

/**
 * What a pair serves: a frontend for each port of its virtual addresses that the port table lets somebody reach, servers
 * that it lets the pair reach. Where a service has no server behind the pair (one gitops machine is reached directly),
 * nothing listens for it.
 */
export function pairRoutes(site: Site, inventory: Inventory, pair: PairGroup): PairRoutes {
  const flows = resolvePorts(site, inventory).filter(({ protocol }) => protocol === 'tcp');
  const names = new Map(namedServices(site, inventory).map(({ service, name }) => [service, name]));
  const backends = new Map<string, Backend>();
  const frontends = inventory.virtualAddresses
    .filter(({ group }) => group === pair)
    .flatMap((virtual) =>
      portsOf(flows, virtual).flatMap((port): Frontend[] => {
        const rules = routeTable.filter((rule) => rule.port === port && frontsIt(rule, inventory));
        const uses = rules.flatMap((rule) => {
          const backend = backendOf(rule, flows, pair);
          if (backend.servers.length === 0) return [];
          backends.set(rule.name, backend);
          const name = rule.service === undefined ? undefined : names.get(rule.service);
          return [
            {
              backend: rule.name,
              ...(name !== undefined && { serverName: { name, numbered: rule.numbered ?? false } }),
            },
          ];
        });
        const redirects = port === redirectPort;
        if (uses.length === 0 && !redirects) return [];
        return [{ ...frontendOf(flows, virtual, port), redirects, uses }];
      }),
    );
  return { frontends, backends: [...backends.values()] };
}

/** Addresses that a server behind this pair may take a PROXY protocol header from: its machines' own. */
export function trustedProxies(inventory: Inventory, pair: PairGroup): string[] {
  return inventory.machines.filter(({ group }) => group === pair).map(({ address }) => address);
}

/** Git and registry stand behind the pair when there are two of them (config/names.ts gives them its address then). */
function frontsIt({ groups }: RouteRule, { machines }: Inventory): boolean {
  return !groups.includes('gitops') || machines.filter(({ group }) => group === 'gitops').length > 1;
}

function portsOf(flows: readonly Flow[], virtual: VirtualAddress): number[] {
  const ports = flows.filter(({ to }) => to.address === virtual.address).flatMap((flow) => flow.ports);
  return [...new Set(ports)].map(Number).sort((a, b) => a - b);
}

/** The pair's holder calls its own virtual addresses from them. */
function frontendOf(
  flows: readonly Flow[],
  virtual: VirtualAddress,
  port: number,
): Omit<Frontend, 'redirects' | 'uses'> {
  const { name, address } = virtual;
  const reaching = flows.filter(({ to, ports }) => to.address === address && ports.includes(String(port)));
  const sources = [...new Set(reaching.map(({ from }) => from.address))];
  return {
    name: `${name}-${port}`,
    address,
    virtualAddress: name,
    port,
    ...(!sources.includes(everybody) && { sources: [...sources, address] }),
    public: reaching.some(({ from }) => from.name === 'internet'),
  };
}

function backendOf(rule: RouteRule, flows: readonly Flow[], pair: PairGroup): Backend {
  const machines = new Map<string, Machine>();
  for (const { from, to, ports } of flows) {
    if (from.machine?.group !== pair || !to.machine || !ports.includes(String(rule.port))) continue;
    if (rule.groups.includes(to.machine.group)) machines.set(to.machine.name, to.machine);
  }
  const { name, phase, check, clientAddress = false, quiet = false, standby = false, port } = rule;
  const servers = [...machines.values()].map((machine, index) => ({
    name: machine.name,
    address: machine.address,
    port,
    standby: standby && index > 0,
  }));
  return { name, phase, check, clientAddress, quiet, servers };
}
