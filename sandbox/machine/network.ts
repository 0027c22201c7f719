import type { SimulatedMachine } from './machine.js';
import { verdictOf } from './firewall.js';
import type { Advertisement } from './programs/keepalived/keepalived.js';

/** What a new connection meets. */
export type Reached = 'open' | 'refused' | 'blocked';

/** A service outside the platform that the demo sites name, such as DNS or a package mirror. */
export type ExternalService = { address: string; ports: number[]; name: string };

/** The simulated network: who answers on which address and port, seen from whom. */
export type Network = {
  attach: (machine: SimulatedMachine) => void;
  detach: (machine: SimulatedMachine) => void;
  connect: (source: string, address: string, port: number, protocol?: 'tcp' | 'udp') => Reached;
  isService: (address: string, port: number) => boolean;
  /** A virtual address answers at this machine from now on, as after a gratuitous ARP. */
  attachAddress: (address: string, machine: SimulatedMachine) => void;
  detachAddress: (address: string, machine: SimulatedMachine) => void;
  /** The machine that answers for an address. */
  ownerOf: (address: string) => SimulatedMachine | undefined;
  /** @returns what ends it */
  listenVrrp: (machine: SimulatedMachine, receive: (advertisement: Advertisement) => void) => () => void;
  /** Sends an advertisement to one address; the firewall there decides. */
  advertise: (source: string, address: string, advertisement: Advertisement) => void;
};

/** Makes a network without machines. Loopback addresses that nobody owns are silent, as an address without a host is. */
export function createNetwork(services: readonly ExternalService[]): Network {
  const machines = new Map<string, SimulatedMachine>();
  const routers = new Map<
    string,
    { machine: SimulatedMachine; receive: (advertisement: Advertisement) => void }
  >();
  const isService = (address: string, port: number): boolean =>
    services.some((service) => service.address === address && service.ports.includes(port));
  return {
    attach: (machine) => void machines.set(machine.address, machine),
    detach: (machine) => {
      if (machines.get(machine.address) === machine) machines.delete(machine.address);
    },
    isService,
    attachAddress: (address, machine) => {
      const other = machines.get(address);
      if (other && other !== machine) machine.effect('address-conflict', { address, with: other.name });
      machines.set(address, machine);
    },
    detachAddress: (address, machine) => {
      if (machines.get(address) === machine) machines.delete(address);
    },
    ownerOf: (address) => machines.get(address),
    listenVrrp: (machine, receive) => {
      const router = { machine, receive };
      routers.set(machine.address, router);
      return () => {
        if (routers.get(machine.address) === router) routers.delete(machine.address);
      };
    },
    advertise: (source, address, advertisement) => {
      const router = routers.get(address);
      if (!router) return;
      const packet = { source, protocol: 'vrrp', port: 0 } as const;
      if (verdictOf(router.machine.firewall.values(), packet) === 'accept')
        queueMicrotask(() => router.receive(advertisement));
    },
    connect: (source, address, port, protocol = 'tcp') => {
      if (isService(address, port)) return 'open';
      const machine = machines.get(address);
      if (!machine) return services.some((service) => service.address === address) ? 'refused' : 'blocked';
      // What a machine says to itself comes in by lo, which every ruleset here lets in.
      const verdict =
        machine.address === source
          ? 'accept'
          : verdictOf(machine.firewall.values(), { source, protocol, port });
      if (verdict !== 'accept') return verdict === 'reject' ? 'refused' : 'blocked';
      return machine
        .listeners()
        .some(
          (listener) =>
            listener.protocol === protocol &&
            listener.port === port &&
            (listener.address === undefined || listener.address === address),
        )
        ? 'open'
        : 'refused';
    },
  };
}
