import type { Machine } from '../../../../config/machine.js';
import type { Registry } from '../../../clients/registry/registry.js';
import type { StepContext } from '../../../role.js';
import { siteAuthority } from '../../../certificates/site-authority.js';
import { registryPorts, type RegistryInstance } from './settings.js';
import { loginOf } from './state.js';

/**
 * One instance on a machine, asked by the machine's own address.
 * @param as whose login is used: that of this instance when absent
 */
export async function instanceOn(
  context: StepContext,
  machine: Machine,
  instance: RegistryInstance,
  as: RegistryInstance = instance,
): Promise<Registry> {
  const { registryAt } = await import('../../../clients/registry/registry.js');
  const { user, password } = loginOf(context.secrets, as);
  return registryAt({
    url: `https://${machine.address}:${registryPorts[instance]}`,
    ca: (await siteAuthority(context)).root,
    username: user,
    password,
  });
}
