import { didYouMean } from '../load/did-you-mean.js';
import type { Finding } from '../problem.js';
import type { Site } from '../site.js';
import { zoneOfMachine } from './address-book.js';
import type { PlannedMachine } from './ranges.js';

/** Names computed twice, settings for machines that the plan does not have, and delivered machines not described. */
export function plannedMachineFindings(site: Site, machines: readonly PlannedMachine[]): Finding[] {
  const names = machines.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const strangers = Object.keys(site.machines).filter(
    (name) => zoneOfMachine(name) !== undefined && !names.includes(name),
  );
  return [
    ...twice.map((name) => ({
      path: ['machines'],
      message: `the plan names two machines ${name}. Check sizing`,
    })),
    ...strangers.map((name) => ({
      path: ['machines', name],
      message: `the plan has no machine ${name} at ${site.concurrentUsers} users.${didYouMean(name, names) || ' Remove it'}`,
    })),
    ...undelivered(site, names),
  ];
}

function undelivered(site: Site, names: readonly string[]): Finding[] {
  if (site.hypervisor.kind !== 'existing') return [];
  const missing = names.filter((name) => site.machines[name] === undefined);
  const withoutAddress = names.filter(
    (name) => site.machines[name] !== undefined && site.machines[name].address === undefined,
  );
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            path: ['machines'],
            message: `the plan needs ${names.length} machines, not described: ${missing.join(', ')}. Give address and hostKey of each`,
          },
        ]),
    ...withoutAddress.map((name) => ({
      path: ['machines', name, 'address'],
      message: 'is missing. Give the address that the machine has',
    })),
  ];
}
