import { NotReadyError, PermanentError } from '../../errors.js';
import type { CallOptions, MachineSpec } from '../hypervisor.js';
import { drsEnabled } from './cluster.js';
import { owned, ownMachine, readTarget, settled } from './find-machine.js';
import { ensureFolder, findTemplate, networkBacking, usableHosts } from './inventory.js';
import type { VsphereMachine } from './machine-facts.js';
import { cloneSpec, reshapeSpec } from './machine-spec.js';
import { runTask } from './tasks.js';
import type { Vcenter } from './vcenter.js';
import { isFault } from './vim-fault.js';
import { child, referenceOf } from './xml-node.js';
import { reference, value, type Reference } from './xml.js';

/**
 * Makes a machine once, however often it is called and whatever became of earlier calls: one that is there is adopted,
 * one that is being cloned is awaited, and of two clones at once vCenter refuses the second by its name.
 */
export async function ensureMachine(
  vcenter: Vcenter,
  spec: MachineSpec,
  options: CallOptions,
): Promise<'created' | 'adopted'> {
  const found = await ownMachine(vcenter, spec, options);
  return found === undefined ? clone(vcenter, spec, options) : 'adopted';
}

/** Makes a machine's size, disks and metadata as the spec says. The caller has made sure that its power state allows it. */
export async function reshape(
  { session }: Vcenter,
  spec: MachineSpec,
  machine: VsphereMachine,
  options: CallOptions,
  restartedBy?: string,
): Promise<void> {
  const change = reshapeSpec(spec, machine, restartedBy);
  if (change !== undefined)
    await runTask(session, 'ReconfigVM_Task', machine.target, [change], `reconfigure ${spec.name}`, options);
}

async function clone(
  vcenter: Vcenter,
  spec: MachineSpec,
  options: CallOptions,
): Promise<'created' | 'adopted'> {
  const { session, placement } = vcenter;
  const place = await vcenter.place();
  const [folder, target, backing, host] = await Promise.all([
    ensureFolder(session, placement, place, options.signal),
    findTemplate(session, placement, place, spec.template, options.signal),
    networkBacking(session, placement, spec.network, options.signal),
    explicitHost(vcenter, spec, options),
  ]);
  const template = await readTarget(vcenter, target, options.signal);
  if (template.state !== 'there')
    throw new PermanentError(`vSphere: template ${spec.template} has no configuration`);
  const where = { pool: place.pool, datastore: place.datastore, ...(host === undefined ? {} : { host }) };
  const parameters = [
    reference('folder', folder),
    value('name', spec.name),
    cloneSpec(spec, vcenter.site.uuid, template.machine, where, backing),
  ];
  try {
    await runTask(session, 'CloneVM_Task', target, parameters, `clone ${spec.name}`, options);
    return 'created';
  } catch (error) {
    const twin = isFault(error, 'DuplicateName') ? referenceOf(child(error.detail, 'object')) : undefined;
    if (twin === undefined) throw error;
    return adopt(vcenter, spec, twin, options);
  }
}

async function adopt(
  vcenter: Vcenter,
  spec: MachineSpec,
  twin: Reference,
  options: CallOptions,
): Promise<'adopted'> {
  const machine = await settled(vcenter, spec, await readTarget(vcenter, twin, options.signal), options);
  if (machine === undefined)
    throw new NotReadyError(`vSphere: machine ${spec.name}`, 'another clone held its name and went away');
  owned(vcenter, spec, machine);
  return 'adopted';
}

/** Without DRS vCenter refuses a clone into a cluster's pool that names no host. */
async function explicitHost(
  vcenter: Vcenter,
  spec: MachineSpec,
  { signal }: CallOptions,
): Promise<Reference | undefined> {
  const place = await vcenter.place();
  if (await drsEnabled(vcenter, signal)) return undefined;
  const hosts = await usableHosts(vcenter.session, vcenter.placement, place, signal);
  const host = hosts[spec.spread % hosts.length];
  if (host === undefined)
    throw new PermanentError(
      `vSphere: cluster ${vcenter.placement.cluster} has no connected host out of maintenance that this site may use`,
    );
  return host.reference;
}
