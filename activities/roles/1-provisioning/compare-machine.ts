import type { Hypervisor, MachineFacts } from '../../clients/hypervisor.js';
import { PermanentError } from '../../errors.js';
import { done, todo, type CheckResult, type StepContext } from '../../role.js';
import { machineSpecOf } from './machine-spec-of.js';

/** Whether the machine exists, belongs to the site and has the planned shape. @throws PermanentError for a foreign one */
export async function compareShape(hypervisor: Hypervisor, context: StepContext): Promise<CheckResult> {
  const { machine, site } = context;
  const [spec, facts] = await Promise.all([
    machineSpecOf(machine, context),
    hypervisor.machineFacts(machine, context),
  ]);
  if (facts === undefined) {
    const disks = spec.disksGiB.join(' + ');
    return todo('does not exist', [
      `create ${spec.name} from ${spec.template}: ${spec.vcpu} vCPU, ${spec.memoryMiB} MiB, disks ${disks} GiB, ${machine.address} in ${spec.network}`,
    ]);
  }
  assertOwned(facts, site.uuid);
  const { changes } = hypervisor.difference(spec, facts);
  return changes.length === 0 ? done : todo('differs from the plan', changes);
}

/** Shape, power and address as the hypervisor sees them, all findings at once. */
export async function compareAll(hypervisor: Hypervisor, context: StepContext): Promise<CheckResult> {
  const shape = await compareShape(hypervisor, context);
  const facts = await hypervisor.machineFacts(context.machine, context);
  if (facts === undefined) return shape;
  const { toolsRunning, addresses } = facts.guest;
  const findings = [
    ...(shape.state === 'todo' ? (shape.changes ?? [shape.reason]) : []),
    ...(facts.power === 'on' ? [] : [`is ${facts.power}`]),
    // Guest tools report a moment after SSH answers; the address itself is proven by the step before.
    ...(toolsRunning && addresses.length > 0 && !addresses.includes(context.machine.address)
      ? [`has ${addresses.join(', ')} instead of ${context.machine.address}`]
      : []),
  ];
  return findings.length === 0 ? done : todo('is not as planned', findings);
}

export function assertOwned(facts: MachineFacts, siteUuid: string): void {
  if (facts.siteUuid === siteUuid) return;
  const whose = facts.siteUuid === undefined ? 'no mark of Socle' : `the mark of site ${facts.siteUuid}`;
  throw new PermanentError(
    `a machine called ${facts.name} (${facts.reference}) is there already and bears ${whose}. It is not touched: rename or remove it, or give this site another folder`,
  );
}
