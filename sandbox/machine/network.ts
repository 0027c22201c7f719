import type { SimulatedMachine } from './machine.js';
import { verdictOf } from './firewall.js';

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
};

/** Makes a network without machines. Loopback addresses that nobody owns are silent, as an address without a host is. */
export function createNetwork(services: readonly ExternalService[]): Network {
  const machines = new Map<string, SimulatedMachine>();
  const isService = (address: string, port: number): boolean =>
    services.some((service) => service.address === address && service.ports.includes(port));
  return {
    attach: (machine) => void machines.set(machine.address, machine),
    detach: (machine) => {
      if (machines.get(machine.address) === machine) machines.delete(machine.address);
    },
    isService,
    connect: (source, address, port, protocol = 'tcp') => {
      if (isService(address, port)) return 'open';
      const machine = machines.get(address);
      if (!machine) return services.some((service) => service.address === address) ? 'refused' : 'blocked';
      const verdict = verdictOf(machine.firewall.values(), { source, protocol, port });
      if (verdict !== 'accept') return verdict === 'reject' ? 'refused' : 'blocked';
      return machine.listeners().some((listener) => listener.protocol === protocol && listener.port === port)
        ? 'open'
        : 'refused';
    },
  };
}
