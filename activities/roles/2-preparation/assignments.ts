import { createHash } from 'node:crypto';
import type { Json } from '../../../config/json.js';
import type { Inventory, Machine } from '../../../config/machine.js';
import { outboundProbes, type Probe } from '../../../config/ports/flows.js';
import type { Site } from '../../../config/site.js';
import { forbiddenPairs } from './forbidden-pairs.js';

/** What one machine must and must not reach, and what others try to reach on it. */
export type Assignment = { machine: Machine; wanted: Probe[]; forbidden: Probe[]; listen: number[] };

/** What each machine tries and which ports it listens on while others try. */
export function assignmentsOf(site: Site, inventory: Inventory, machines: readonly Machine[]): Assignment[] {
  const probes = machines.map((machine) => ({
    machine,
    wanted: outboundProbes(site, inventory, machine.name),
    forbidden: forbiddenPairs(site, inventory, machine.name),
  }));
  const ports = new Map<string, Set<number>>();
  for (const { address, port } of probes.flatMap(({ wanted }) => wanted)) {
    const known = ports.get(address) ?? new Set();
    ports.set(address, known.add(port));
  }
  return probes.map((probe) => ({
    ...probe,
    listen: [...(ports.get(probe.machine.address) ?? [])].sort((a, b) => a - b),
  }));
}

export function assignmentFor(assignments: readonly Assignment[], machine: Machine): Assignment {
  const found = assignments.find((assignment) => assignment.machine === machine);
  if (found === undefined) throw new Error(`${machine.name} has no probes`);
  return found;
}

/** A hash of the pairs, whatever their order. */
export function stampOf({ wanted, forbidden }: Assignment): string {
  const pairs: Json = [wanted, forbidden].map((list) =>
    list.map(({ address, port }) => `${address}:${port}`).sort(),
  );
  return createHash('sha256').update(JSON.stringify(pairs)).digest('hex');
}
