import type { StepContext } from '../role.js';
import type { ServerCertificate } from './server-certificate.js';
import { serverNames } from './server-names.js';

/** A certificate for a machine's own names and address and for the services it answers for; named after it unless said. */
export function machineCertificate(
  { site, plan, machine }: Pick<StepContext, 'site' | 'plan' | 'machine'>,
  { name = machine.name, ...rest }: Pick<ServerCertificate, 'group' | 'units'> & { name?: string },
): ServerCertificate {
  return { name, names: serverNames(site, plan, machine), addresses: [machine.address], ...rest };
}
