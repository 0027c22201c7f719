import type { GroupName, Machine } from '../../../config/machine.js';
import type { SeparationGroup } from '../../clients/hypervisor.js';

/** Groups that survive the loss of a host only if their machines do not share one. Workers are many and replaceable. */
const separated: readonly GroupName[] = [
  'vault',
  'gitops',
  'lb-lan',
  'lb-integration',
  'lb-dmz',
  'apps-master',
  'middleware-master',
  'dmz-node',
];

export function separationGroups(machines: readonly Machine[]): SeparationGroup[] {
  return separated
    .map((name) => ({ name, machines: machines.filter(({ group }) => group === name) }))
    .filter((group) => group.machines.length > 1);
}
