import type { Machine } from '../../config/machine.js';
import type { Host } from '../clients/ssh/open-host.js';
import type { StepContext } from '../role.js';

/** A machine after its preparation, to run scripts on. Loaded late, so that planning loads no SSH. */
export async function hostOf(
  { site, secrets }: Pick<StepContext, 'site' | 'secrets'>,
  machine: Machine,
): Promise<Host> {
  const { openHost } = await import('../clients/ssh/open-host.js');
  const { hostTarget } = await import('./host-target.js');
  return openHost(await hostTarget(site, machine, secrets));
}
