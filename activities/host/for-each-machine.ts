import type { Machine } from '../../config/machine.js';
import type { Host } from '../clients/ssh/open-host.js';
import type { StepContext } from '../role.js';
import { hostOf } from './host-of.js';

/** Hosts worked on at once by one step that spans the site. */
const atOnce = 32;

/** Does the same on several machines, some at once, and answers in their order. The first failure ends it. */
export async function forEachMachine<Result>(
  context: Pick<StepContext, 'site' | 'secrets'>,
  machines: readonly Machine[],
  work: (machine: Machine, host: Host) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = machines.entries();
  const worker = async (): Promise<void> => {
    for (const [index, machine] of queue)
      results[index] = await work(machine, await hostOf(context, machine));
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(atOnce, machines.length) }, worker));
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
