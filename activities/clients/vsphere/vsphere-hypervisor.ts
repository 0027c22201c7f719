import { NotReadyError, PermanentError } from '../../errors.js';
import type { CallOptions, Hypervisor, MachineFacts, MachineIdentity } from '../hypervisor.js';
import { capacityOf } from './cluster.js';
import { ensureMachine, reshape } from './ensure-machine.js';
import { findMachine, ownMachine, ownedMachines, settled } from './find-machine.js';
import { findPlace, type Place, type Placement } from './inventory.js';
import type { VsphereMachine } from './machine-facts.js';
import { differenceOf } from './machine-spec.js';
import { destroy, powerOff, powerOn } from './power.js';
import { problemsOf } from './problems.js';
import { ensureSeparation, removeSeparation, separationDifference, separations } from './separation.js';
import { sessionOn } from './sessions.js';
import type { Endpoint } from './soap-session.js';
import type { Vcenter } from './vcenter.js';

/** The hypervisor port on one vCenter for one site. Nothing is asked of the server before the first call. */
export function vsphereHypervisor(
  endpoint: Endpoint,
  placement: Placement,
  site: { name: string; uuid: string },
): Hypervisor {
  const session = sessionOn(endpoint);
  const vcenter: Vcenter = { session, placement, site, place: once(() => findPlace(session, placement)) };
  const existing = async (machine: MachineIdentity, options: CallOptions): Promise<VsphereMachine> => {
    const found = await ownMachine(vcenter, machine, options);
    if (found === undefined) throw new NotReadyError(`vSphere: machine ${machine.name}`, 'it does not exist');
    return found;
  };
  return {
    machineFacts: async (machine, options) =>
      settled(vcenter, machine, await findMachine(vcenter, machine, options.signal), options),
    ensureMachine: (spec, options) => ensureMachine(vcenter, spec, options),
    difference: (spec, facts) => differenceOf(spec, asVsphere(facts)),
    reshape: async (spec, options) => {
      const machine = await existing(spec, options);
      const { changes, needsPowerOff } = differenceOf(spec, machine);
      if (needsPowerOff)
        throw new PermanentError(`${spec.name} is running and must be off for: ${changes.join(', ')}`);
      await reshape(vcenter, spec, machine, options);
      return changes;
    },
    powerOn: async (machine, options) => powerOn(vcenter, await existing(machine, options), options),
    powerOff: async (machine, options) => powerOff(vcenter, await existing(machine, options), options),
    restart: async (spec, runId, options) => {
      const before = await existing(spec, options);
      const { changes } = differenceOf(spec, before);
      if (before.restartedBy !== runId) {
        await powerOff(vcenter, before, options);
        // The note and the new shape are one change: after a crash here the machine is only switched on again.
        await reshape(vcenter, spec, await existing(spec, options), options, runId);
      }
      await powerOn(vcenter, await existing(spec, options), options);
      return changes;
    },
    removeMachine: async (machine, options) => {
      const found = await ownMachine(vcenter, machine, options);
      if (found !== undefined) await destroy(vcenter, found, options);
    },
    separationDifference: (groups, options) => separationDifference(vcenter, groups, options),
    ensureSeparation: (groups, options) => ensureSeparation(vcenter, groups, options),
    removeSeparation: (names, options) => removeSeparation(vcenter, names, options),
    separations: (options) => separations(vcenter, options),
    ownedMachines: (options) => ownedMachines(vcenter, options),
    capacity: ({ signal }) => capacityOf(vcenter, signal),
    problems: (specs, options) => problemsOf(vcenter, specs, options),
  };
}

function asVsphere(facts: MachineFacts): VsphereMachine {
  if (!('target' in facts)) throw new Error(`facts of ${facts.name} do not come from vSphere`);
  return facts as VsphereMachine;
}

/** Remembers a success, never a failure. */
function once(find: () => Promise<Place>): () => Promise<Place> {
  let found: Promise<Place> | undefined;
  return () => {
    const current = found ?? find();
    found = current;
    current.catch(() => {
      if (found === current) found = undefined;
    });
    return current;
  };
}
