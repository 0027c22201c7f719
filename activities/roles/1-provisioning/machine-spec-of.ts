import type { Machine } from '../../../config/machine.js';
import type { MachineSpec } from '../../clients/hypervisor.js';
import { metaDataOf, userDataOf } from '../../cloud-init.js';
import type { StepContext } from '../../role.js';

/** A machine of the plan as the hypervisor is to make it. Resolves the artefact source's authority. */
export async function machineSpecOf(
  machine: Machine,
  { site, plan, secrets }: StepContext,
): Promise<MachineSpec> {
  const { ca } = site.artifacts;
  const keys = {
    hostKey: secrets.bootstrapHostKey(machine.name),
    operatorPublicKey: secrets.operatorKey().publicKey,
    ...(ca === undefined ? {} : { artifactsCa: await secrets.resolve(ca) }),
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
