import { addressNumber, networkSpan, spanContains } from '../../../config/ipv4.js';
import type { Inventory } from '../../../config/machine.js';
import { forbiddenProbes, inboundRules, type Probe } from '../../../config/ports/flows.js';
import type { Site } from '../../../config/site.js';

/**
 * What a machine must not reach. Not what the destination's own firewall lets in from a network that holds the machine:
 * a site whose `management` is everywhere has said so itself.
 */
export function forbiddenPairs(site: Site, inventory: Inventory, name: string): Probe[] {
  const address = inventory.machines.find((machine) => machine.name === name)?.address ?? '';
  return forbiddenProbes(site, inventory, name).filter((probe) => !isLetIn(site, inventory, address, probe));
}

function isLetIn(site: Site, inventory: Inventory, source: string, { name, port }: Probe): boolean {
  return inboundRules(site, inventory, name).some(
    ({ protocol, ports, sources }) =>
      protocol === 'tcp' && ports.includes(String(port)) && sources.some((network) => holds(network, source)),
  );
}

/** @param network an address or a network in CIDR form */
export function holds(network: string, address: string): boolean {
  const span = networkSpan(network.includes('/') ? network : `${network}/32`);
  const number = addressNumber(address);
  return span !== undefined && number !== undefined && spanContains(span, number);
}
