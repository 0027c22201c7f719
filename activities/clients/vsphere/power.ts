import { setTimeout as sleep } from 'node:timers/promises';
import type { CallOptions } from '../hypervisor.js';
import { drsEnabled } from './cluster.js';
import { readTarget } from './find-machine.js';
import type { VsphereMachine } from './machine-facts.js';
import { runTask, waitForTask } from './tasks.js';
import type { Vcenter } from './vcenter.js';
import { faultError, isFault } from './vim-fault.js';
import { children, child, referenceOf, textAt } from './xml-node.js';
import { element, reference, value } from './xml.js';

const shutdownMs = 120_000;
const lookAgainMs = 1_000;

/** Switches a machine on; one that is on is no error. */
export async function powerOn(
  vcenter: Vcenter,
  machine: VsphereMachine,
  options: CallOptions,
): Promise<void> {
  if (machine.power === 'on') return;
  const what = `power on ${machine.name}`;
  try {
    if (await drsEnabled(vcenter, options.signal)) await powerOnByDrs(vcenter, machine, what, options);
    else await runTask(vcenter.session, 'PowerOnVM_Task', machine.target, [], what, options);
  } catch (error) {
    if (!alreadyIn(error, 'poweredOn')) throw error;
  }
}

/** Asks the guest to shut down, then takes the power; a machine that is off is no error. */
export async function powerOff(
  vcenter: Vcenter,
  machine: VsphereMachine,
  options: CallOptions,
): Promise<void> {
  if (machine.power === 'off') return;
  if (machine.guest.toolsRunning && (await shutDown(vcenter, machine, options))) return;
  try {
    await runTask(
      vcenter.session,
      'PowerOffVM_Task',
      machine.target,
      [],
      `power off ${machine.name}`,
      options,
    );
  } catch (error) {
    if (!alreadyIn(error, 'poweredOff')) throw error;
  }
}

/** Takes the power at once and deletes the machine with its disks. */
export async function destroy(
  vcenter: Vcenter,
  machine: VsphereMachine,
  options: CallOptions,
): Promise<void> {
  try {
    await powerOff(vcenter, { ...machine, guest: { ...machine.guest, toolsRunning: false } }, options);
    await runTask(vcenter.session, 'Destroy_Task', machine.target, [], `delete ${machine.name}`, options);
  } catch (error) {
    if (!isFault(error, 'ManagedObjectNotFound')) throw error;
  }
}

/** PowerOnVM_Task would use the host where the clone happens to lie; only this call lets DRS keep its rules from the start. */
async function powerOnByDrs(
  vcenter: Vcenter,
  machine: VsphereMachine,
  what: string,
  options: CallOptions,
): Promise<void> {
  const { datacenter } = await vcenter.place();
  const automatic = element(
    'option',
    [value('key', 'OverrideAutomationLevel'), value('value', 'fullyAutomated', 'xsd:string')],
    'OptionValue',
  );
  const result = await runTask(
    vcenter.session,
    'PowerOnMultiVM_Task',
    datacenter,
    [reference('vm', machine.target), automatic],
    what,
    options,
  );
  const refused = children(result, 'notAttempted')[0];
  if (refused !== undefined)
    throw faultError(
      what,
      child(refused, 'fault', 'fault'),
      textAt(refused, 'fault', 'localizedMessage') ?? '',
    );
  const task = referenceOf(child(result, 'attempted', 'task'));
  if (task !== undefined) await waitForTask(vcenter.session, task, what, options);
}

async function shutDown(vcenter: Vcenter, machine: VsphereMachine, options: CallOptions): Promise<boolean> {
  try {
    await vcenter.session.call('ShutdownGuest', machine.target, [], options.signal);
  } catch (error) {
    if (isFault(error, 'ToolsUnavailable')) return false;
    if (!alreadyIn(error, 'poweredOff')) throw error;
  }
  for (const endsAt = Date.now() + shutdownMs; Date.now() < endsAt;) {
    const now = await readTarget(vcenter, machine.target, options.signal);
    if (now.state !== 'there' || now.machine.power === 'off') return true;
    options.progress(`${machine.name}: the guest is shutting down`);
    await sleep(lookAgainMs, undefined, { signal: options.signal });
  }
  return false;
}

function alreadyIn(error: unknown, state: 'poweredOn' | 'poweredOff'): boolean {
  return isFault(error, 'InvalidPowerState') && textAt(error.detail, 'existingState') === state;
}
