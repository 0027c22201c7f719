import type { SparseSite } from '../load/prune.js';
import { groupNames } from '../machine.js';
import type { Finding } from '../problem.js';
import { didYouMean } from '../load/did-you-mean.js';
import { zoneOfMachine } from './address-book.js';

/** Machine names that no group has, and settings that do not fit the kind of hypervisor. */
export function machineFindings(site: SparseSite): Finding[] {
  return Object.entries(site.machines ?? {}).flatMap(([name, settings]): Finding[] => {
    const path = ['machines', name];
    if (zoneOfMachine(name) === undefined) {
      const guess = didYouMean(
        name,
        groupNames.map((group) => `${group}-1`),
      );
      return [
        {
          path,
          message: `no machine has this name.${guess === '' ? ` Names are a group and a number: ${groupNames.join(', ')}` : guess}`,
        },
      ];
    }
    const existing = site.hypervisor?.kind === 'existing';
    if (existing && settings !== undefined && !('hostKey' in settings)) {
      return [
        {
          path: [...path, 'hostKey'],
          message: "is missing. Give the key that ssh-keyscan shows and the machine's console confirms",
        },
      ];
    }
    if (site.hypervisor?.kind === undefined || existing || settings?.hostKey === undefined) return [];
    return [
      {
        path: [...path, 'hostKey'],
        message: `is only for hypervisor.kind existing: Socle gives this machine its key. Remove it`,
      },
    ];
  });
}

/** Template names are needed wherever Socle creates the machines. */
export function templateFindings(site: SparseSite): Finding[] {
  const kind = site.hypervisor?.kind;
  if (kind !== 'vsphere' && kind !== 'nutanix') return [];
  return Object.entries(site.templates ?? {})
    .filter(([, template]) => template !== undefined && (template.name ?? '') === '')
    .map(([group]) => ({
      path: ['templates', group, 'name'],
      message: `is missing. Name the ${kind === 'vsphere' ? 'template' : 'image'} to clone, as the hypervisor shows it`,
    }));
}
