import { PermanentError } from '../../errors.js';
import type { CallOptions, Hypervisor, MachineFacts, MachineIdentity } from '../hypervisor.js';
import { capacityOf } from './cluster.js';
import { ensureMachine, reshape } from './ensure-machine.js';
import { findMachine, ownMachine, ownedMachines } from './find-machine.js';
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
export function vsphereHypervisor(endpoint: Endpoint, placement: Placement, site: { name: string; uuid: string }): Hypervisor {
  const session = sessionOn(endpoint);
  const vcenter: Vcenter = { session, placement, site, place: once(() => findPlace(session, placement)) };
  const existing = async (machine: MachineIdentity, options: CallOptions): Promise<VsphereMachine> => {
    const found = await ownMachine(vcenter, machine, options);
    if (found === undefined) throw new PermanentError(`vSphere: machine ${machine.name} does not exist`);
    return found;
  };
  return {
    machineFacts: async (machine, { signal }) => {
      const found = await findMachine(vcenter, machine, signal);
      return found.state === 'there' ? found.machine : undefined;
    },
    ensureMachine: (spec, options) => ensureMachine(vcenter, spec, options),
    difference: (spec, facts) => differenceOf(spec, asVsphere(facts)),
    reshape: async (spec, options) => {
      const machine = await existing(spec, options);
      const { changes, needsPowerOff } = differenceOf(spec, machine);
      if (needsPowerOff) throw new PermanentError(`${spec.name} is running and must be off for: ${changes.join(', ')}`);
      await reshape(vcenter, spec, machine, options);
      return changes;
    },
    powerOn: async (machine, options) => powerOn(vcenter, await existing(machine, options), options),
    powerOff: async (machine, options) => powerOff(vcenter, await existing(machine, options), options),
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
