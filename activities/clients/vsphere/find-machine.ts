import { setTimeout as sleep } from 'node:timers/promises';
import { PermanentError } from '../../errors.js';
import type { CallOptions, MachineIdentity } from '../hypervisor.js';
import { findByInstanceUuid, findByPath, findFolder } from './inventory.js';
import { machinePaths, readMachine, type VsphereMachine } from './machine-facts.js';
import { propertiesBelow, propertiesOf } from './properties.js';
import type { Vcenter } from './vcenter.js';
import { isFault } from './vim-fault.js';
import type { Reference } from './xml.js';

const lookAgainMs = 500;

/** `cloning` is a machine that vCenter is still making: it has a name and no configuration yet. */
export type Found =
  { state: 'none' } | { state: 'cloning'; target: Reference } | { state: 'there'; machine: VsphereMachine };

/** By its UUID wherever it was moved to, else by its name in the site's folder. */
export async function findMachine(
  vcenter: Vcenter,
  { name, instanceUuid }: MachineIdentity,
  signal?: AbortSignal,
): Promise<Found> {
  const target =
    (await findByInstanceUuid(vcenter.session, instanceUuid, signal)) ??
    (await findByPath(vcenter.session, pathOf(vcenter, name), signal));
  return target === undefined ? { state: 'none' } : readTarget(vcenter, target, signal);
}

export async function readTarget(
  { session }: Vcenter,
  target: Reference,
  signal?: AbortSignal,
): Promise<Found> {
  if (target.type !== 'VirtualMachine')
    throw new PermanentError(`vSphere: ${target.value} has a machine's name but is a ${target.type}`);
  try {
    const [object] = await propertiesOf(session, [target], machinePaths, signal);
    if (object === undefined) return { state: 'none' };
    const machine = readMachine(object);
    return machine === undefined ? { state: 'cloning', target } : { state: 'there', machine };
  } catch (error) {
    // Deleted between the search and the reading: a failed clone, or somebody else's removal.
    if (isFault(error, 'ManagedObjectNotFound')) return { state: 'none' };
    throw error;
  }
}

/** The machine, when it is there and belongs to the site; a clone under way is awaited. @throws PermanentError for a foreign one */
export async function ownMachine(
  vcenter: Vcenter,
  identity: MachineIdentity,
  options: CallOptions,
): Promise<VsphereMachine | undefined> {
  const machine = await settled(
    vcenter,
    identity,
    await findMachine(vcenter, identity, options.signal),
    options,
  );
  return machine === undefined ? undefined : owned(vcenter, identity, machine);
}

/** Follows a machine that is being cloned until it is there or gone. */
export async function settled(
  vcenter: Vcenter,
  { name }: MachineIdentity,
  start: Found,
  options: CallOptions,
): Promise<VsphereMachine | undefined> {
  let found = start;
  while (found.state === 'cloning') {
    options.progress(`${name}: an earlier attempt's clone is running`);
    await sleep(lookAgainMs, undefined, { signal: options.signal });
    found = await readTarget(vcenter, found.target, options.signal);
  }
  return found.state === 'there' ? found.machine : undefined;
}

/** @throws PermanentError when the machine does not bear the site's mark */
export function owned(vcenter: Vcenter, { name }: MachineIdentity, machine: VsphereMachine): VsphereMachine {
  if (machine.siteUuid === vcenter.site.uuid) return machine;
  const whose =
    machine.siteUuid === undefined ? 'bears no mark of Socle' : `belongs to site ${machine.siteUuid}`;
  throw new PermanentError(
    `vSphere: machine ${machine.name} (${machine.reference}) in folder ${vcenter.placement.folder} ${whose}, so ${name} cannot be made and it is not touched. Rename or remove it, or give this site another folder`,
  );
}

/** Every machine of the site's folder that bears the site's mark. */
export async function ownedMachines(vcenter: Vcenter, { signal }: CallOptions): Promise<VsphereMachine[]> {
  const folder = await findFolder(vcenter.session, vcenter.placement, signal);
  if (folder === undefined) return [];
  const objects = await propertiesBelow(vcenter.session, folder, 'VirtualMachine', machinePaths, signal);
  return objects
    .map(readMachine)
    .filter((machine) => machine !== undefined)
    .filter((machine) => machine.siteUuid === vcenter.site.uuid);
}

function pathOf({ placement }: Vcenter, name: string): string {
  return `${placement.datacenter}/vm/${placement.folder}/${name}`;
}
