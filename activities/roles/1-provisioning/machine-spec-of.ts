import { trustedAuthoritiesOf } from '../../../config/certificates/trusted-authorities.js';
import type { Machine } from '../../../config/machine.js';
import type { MachineSpec } from '../../clients/hypervisor.js';
import { metaDataOf, userDataOf } from '../../cloud-init.js';
import { authorityPath, trustStoreOf } from '../../host/trust-store.js';
import type { StepContext } from '../../role.js';

/**
 * A machine of the plan as the hypervisor is to make it. It trusts from its first boot on what prepare-vms sees to, in the
 * same files; user data is read at the first boot alone, so of a machine that exists it is never compared.
 */
export async function machineSpecOf(
  machine: Machine,
  { site, plan, secrets }: StepContext,
): Promise<MachineSpec> {
  const { os } = site.templates[machine.group] ?? site.templates.default;
  const store = trustStoreOf(os);
  const keys = {
    hostKey: secrets.bootstrapHostKey(machine.name),
    operatorPublicKey: secrets.operatorKey().publicKey,
    authorities: (await trustedAuthoritiesOf(site, secrets)).map(({ name, certificate }) => ({
      path: authorityPath(store, name),
      content: certificate,
    })),
  };
  return {
    name: machine.name,
    instanceUuid: machine.instanceUuid,
    template: machine.template,
    vcpu: machine.vcpu,
    memoryMiB: machine.memoryMiB,
    disksGiB: machine.disks.map((disk) => disk.sizeGiB),
    network: site.zones[machine.zone].network,
    note: `${machine.name} of site ${site.name} (${site.uuid}), made by Socle. Changes made here are undone.`,
    spread: plan.machines
      .filter(({ group }) => group === machine.group)
      .findIndex(({ name }) => name === machine.name),
    userData: userDataOf(machine, site, keys),
    metaData: (macAddress) => metaDataOf(machine, site, macAddress),
  };
}
