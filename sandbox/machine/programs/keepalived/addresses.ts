import type { SimulatedMachine } from '../../machine.js';

/** Puts an address on a card and announces it; one that is there already stays as it is. */
export function takeAddress(machine: SimulatedMachine, address: string, card: string): void {
  if (machine.heldAddresses.has(address)) return;
  machine.heldAddresses.set(address, card);
  const other = machine.surroundings.network.announce(machine, address);
  machine.happened('address-taken', { address });
  if (other) machine.happened('address-conflict', { address, with: other.name });
}

export function giveAddressUp(machine: SimulatedMachine, address: string): void {
  if (!machine.heldAddresses.delete(address)) return;
  machine.happened('address-given-up', { address });
  machine.surroundings.network.withdraw(machine, address);
}
