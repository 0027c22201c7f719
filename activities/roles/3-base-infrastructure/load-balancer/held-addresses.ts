import type { Machine } from '../../../../config/machine.js';
import { forEachMachine } from '../../../host/for-each-machine.js';
import type { StepContext } from '../../../role.js';

/** Which virtual addresses of its pair each machine holds at this moment, in the order of the machines. */
export async function heldAddresses(context: StepContext, machines: readonly Machine[]): Promise<string[][]> {
  const { plan, signal } = context;
  return forEachMachine(context, machines, async ({ group }, host) => {
    const { stdout } = await host.run('ip -o -4 addr show\n', { signal, label: 'read the addresses' });
    const onCards = new Set([...stdout.matchAll(/\sinet ([\d.]+)/g)].map(([, address]) => address));
    return plan.virtualAddresses
      .filter((virtual) => virtual.group === group && onCards.has(virtual.address))
      .map(({ address }) => address);
  });
}
