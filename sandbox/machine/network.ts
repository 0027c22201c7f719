import type { SimulatedMachine } from './machine.js';
import { verdictOf, type Packet } from './firewall.js';

/** What a new connection meets. */
export type Reached = 'open' | 'refused' | 'blocked';

/** A service outside the platform that the demo sites name, such as DNS or a package mirror. */
export type ExternalService = { address: string; ports: number[]; name: string };

/** The simulated network: who answers on which address and port, seen from whom. */
export type Network = {
  attach: (machine: SimulatedMachine) => void;
  /** Takes a machine off the network, with every address that it holds. */
  detach: (machine: SimulatedMachine) => void;
  isAttached: (machine: SimulatedMachine) => boolean;
  connect: (source: string, address: string, port: number, protocol?: 'tcp' | 'udp') => Reached;
  isService: (address: string, port: number) => boolean;
  /** Takes an address as a gratuitous ARP does: whoever announced it last has it. Answers who else claims it. */
  announce: (machine: SimulatedMachine, address: string) => SimulatedMachine | undefined;
  withdraw: (machine: SimulatedMachine, address: string) => void;
  /** Who answers on an address. */
  holderOf: (address: string) => SimulatedMachine | undefined;
  /**
   * What becomes of a packet on its way from a machine (undefined: from outside the sandbox) to an address. Where no
   * simulated machine is, it goes on to the real network.
   */
  passes: (
    from: SimulatedMachine | undefined,
    address: string,
    packet: Packet,
  ) => 'accept' | 'drop' | 'reject';
};

/** Makes a network without machines. Loopback addresses that nobody owns are silent, as an address without a host is. */
export function createNetwork(services: readonly ExternalService[]): Network {
  const machines = new Map<string, SimulatedMachine>();
  /** Address → those that hold it on their card, the last to announce it at the end. */
  const claims = new Map<string, SimulatedMachine[]>();
  const isService = (address: string, port: number): boolean =>
    services.some((service) => service.address === address && service.ports.includes(port));
  const isAttached = (machine: SimulatedMachine): boolean => machines.get(machine.address) === machine;
  const holderOf = (address: string): SimulatedMachine | undefined =>
    machines.get(address) ?? claims.get(address)?.findLast(isAttached);
  const changed = (machines: Iterable<SimulatedMachine | undefined>): void => {
    for (const machine of new Set(machines)) machine?.changed();
  };
  const passes: Network['passes'] = (from, address, packet) => {
    if (from && !isAttached(from)) return 'drop';
    const machine = holderOf(address);
    return machine && machine !== from ? verdictOf(machine.firewall.values(), packet) : 'accept';
  };
  const claim = (machine: SimulatedMachine, address: string, held: boolean): void => {
    const before = holderOf(address);
    const others = (claims.get(address) ?? []).filter((other) => other !== machine);
    claims.set(address, held ? [...others, machine] : others);
    changed([before, machine, holderOf(address)]);
  };
  return {
    attach: (machine) => {
      machines.set(machine.address, machine);
      changed([machine]);
    },
    detach: (machine) => {
      if (!isAttached(machine)) return;
      machines.delete(machine.address);
      const addresses = [...claims].filter(([, holders]) => holders.includes(machine));
      changed([machine, ...addresses.map(([address]) => holderOf(address))]);
    },
    isAttached,
    isService,
    holderOf,
    passes,
    announce: (machine, address) => {
      const other = [machines.get(address), ...(claims.get(address) ?? [])].find(
        (each) => each && each !== machine && isAttached(each),
      );
      claim(machine, address, true);
      return other;
    },
    withdraw: (machine, address) => claim(machine, address, false),
    connect: (source, address, port, protocol = 'tcp') => {
      if (isService(address, port)) return 'open';
      const machine = holderOf(address);
      if (!machine) return services.some((service) => service.address === address) ? 'refused' : 'blocked';
      // What a machine says to itself comes in by lo, which every ruleset here lets in.
      const verdict =
        machine.address === source
          ? 'accept'
          : verdictOf(machine.firewall.values(), { source, protocol, port });
      if (verdict !== 'accept') return verdict === 'reject' ? 'refused' : 'blocked';
      const answers = machine
        .listeners()
        .some(
          (listener) =>
            listener.protocol === protocol &&
            listener.port === port &&
            (listener.address ?? address) === address,
        );
      return answers ? 'open' : 'refused';
    },
  };
}
