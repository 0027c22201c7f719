import type { Inventory, Machine } from '../machine.js';
import type { Site } from '../site.js';
import { clusterOf, endpointsOf, type Endpoint } from './parties.js';
import type { PortRule, Protocol } from './rule.js';
import { portTable } from './table.js';

/** One allowed connection between two addresses of this site. */
export type Flow = {
  rule: number;
  from: Endpoint;
  to: Endpoint;
  ports: string[];
  protocol: Protocol;
  why: string;
  phase: number;
  dmzInwards: boolean;
};

/** Every flow of the table on this site, in the table's order. */
export function resolvePorts(site: Site, inventory: Inventory): Flow[] {
  return portTable.flatMap((rule) => flowsOf(rule, site, inventory));
}

function flowsOf(rule: PortRule, site: Site, inventory: Inventory): Flow[] {
  const sources = rule.from.flatMap((party) => endpointsOf(party, site, inventory));
  const destinations = rule.to.flatMap((party) => endpointsOf(party, site, inventory));
  return sources.flatMap((from) =>
    destinations
      .filter((to) => from.address !== to.address && allowedWithin(rule, from, to))
      .map((to) => ({
        rule: rule.id,
        from,
        to,
        ports: portsOf(rule, to),
        protocol: rule.protocol,
        why: rule.why,
        phase: rule.phase,
        dmzInwards:
          from.machine?.zone === 'dmz' && to.machine?.zone !== 'dmz' && !isDmzAddress(to, inventory),
      })),
  );
}

/** SSH listens where the machine says, external services where the site file says, everything else on the table's ports. */
function portsOf(rule: PortRule, to: Endpoint): string[] {
  if (to.machine) return rule.ports.map((port) => String(port === 22 ? to.machine!.sshPort : port));
  return to.port === undefined ? rule.ports.map(String) : [String(to.port)];
}

function allowedWithin(rule: PortRule, from: Endpoint, to: Endpoint): boolean {
  if (rule.within === undefined || !from.machine || !to.machine) return true;
  return rule.within === 'group'
    ? from.machine.group === to.machine.group
    : clusterOf(from.machine) === clusterOf(to.machine);
}

function isDmzAddress(to: Endpoint, inventory: Inventory): boolean {
  return inventory.virtualAddresses.some(({ address, zone }) => address === to.address && zone === 'dmz');
}

/** What one machine's firewall must let in: a rule's ports from all its sources. */
export type InboundRule = {
  rule: number;
  protocol: Protocol;
  ports: string[];
  sources: string[];
  why: string;
};

/**
 * The inbound rules of a machine. Load balancers also take what is meant for the virtual addresses of their pair.
 * @param name the machine's name in the inventory.
 */
export function inboundRules(site: Site, inventory: Inventory, name: string): InboundRule[] {
  const machine = inventory.machines.find((candidate) => candidate.name === name);
  if (!machine) return [];
  const own = new Set([
    machine.address,
    ...inventory.virtualAddresses
      .filter(({ group }) => group === machine.group)
      .map(({ address }) => address),
  ]);
  const rules = new Map<string, InboundRule>();
  for (const flow of resolvePorts(site, inventory).filter(({ to }) => own.has(to.address))) {
    const key = `${flow.rule} ${flow.ports.join()}`;
    const known = rules.get(key) ?? {
      rule: flow.rule,
      protocol: flow.protocol,
      ports: flow.ports,
      sources: [],
      why: flow.why,
    };
    if (!known.sources.includes(flow.from.address)) known.sources.push(flow.from.address);
    rules.set(key, known);
  }
  return [...rules.values()];
}

/** A destination that a machine must be able to reach over TCP, or must not. */
export type Probe = { rule: number; address: string; port: number; name: string; why: string };

/** Every TCP destination that a machine must reach in the end: other machines and services outside the platform. */
export function outboundProbes(site: Site, inventory: Inventory, name: string): Probe[] {
  return resolvePorts(site, inventory)
    .filter(
      (flow) =>
        flow.protocol === 'tcp' && flow.from.machine?.name === name && !isVirtual(flow.to.address, inventory),
    )
    .flatMap((flow) =>
      flow.ports.map((port) => ({
        rule: flow.rule,
        address: flow.to.address,
        port: Number(port),
        name: flow.to.name,
        why: flow.why,
      })),
    )
    .filter(
      (probe, index, all) =>
        all.findIndex((other) => other.address === probe.address && other.port === probe.port) === index,
    );
}

/** SSH of every machine outside the DMZ: what a DMZ node must never reach. Empty for machines elsewhere. */
export function forbiddenProbes(site: Site, inventory: Inventory, name: string): Probe[] {
  const source = inventory.machines.find((machine) => machine.name === name);
  if (source?.zone !== 'dmz') return [];
  const allowed = new Set(
    outboundProbes(site, inventory, name).map(({ address, port }) => `${address}:${port}`),
  );
  return inventory.machines
    .filter(
      (machine: Machine) => machine.zone !== 'dmz' && !allowed.has(`${machine.address}:${machine.sshPort}`),
    )
    .map((machine) => ({
      rule: 0,
      address: machine.address,
      port: machine.sshPort,
      name: machine.name,
      why: 'no rule allows it',
    }));
}

function isVirtual(address: string, inventory: Inventory): boolean {
  return inventory.virtualAddresses.some((virtual) => virtual.address === address);
}
