import type { Faults, Journal, MachineRuntime, Waits } from '../runtime.js';
import type { Blobs } from './effects.js';
import { Fault } from './fault.js';
import type { Inventory, SandboxMachine } from './inventory.js';
import type { Sent } from './request.js';
import type { Sessions } from './sessions.js';
import type { Tasks } from './tasks.js';
import { ref, type Ref, type Value } from './value.js';

/** What the methods of this vCenter work on. */
export type World = {
  inventory: Inventory;
  journal: Journal;
  blobs: Blobs;
  faults: Faults;
  waits: Waits;
  machines: MachineRuntime;
  tasks: Tasks;
  sessions: Sessions;
  /** Privileges that the account does not have. */
  denied: ReadonlySet<string>;
};

export type Caller = { world: World; self: Ref; call: Sent; sessionKey: string | undefined };

/** Answers `returnval`; throws Fault. */
export type Method = (caller: Caller) => Value | Promise<Value>;

export function machineOf({ inventory }: World, { value }: Ref): SandboxMachine {
  const machine = inventory.machines.get(value);
  if (machine === undefined) throw gone(ref('VirtualMachine', value));
  return machine;
}

export function gone(target: Ref): Fault {
  return new Fault(
    'ManagedObjectNotFound',
    { obj: target },
    'The object has already been deleted or has not been completely created',
  );
}
