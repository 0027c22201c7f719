import { absentCertificate } from '../../../certificates/renewal.js';
import { absent } from '../../../host/absent.js';
import { absentPackages } from '../../../host/absent-packages.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import type { StepContext } from '../../../role.js';
import { paths } from './paths.js';
import { programs } from './state.js';

/** keepalived first: the addresses go to the other machine of the pair before this one stops serving. */
export function removed({ machine }: StepContext): Resource[] {
  const { keepalivedUnit, haproxy, statisticsLogin, keepalived, card, checkScript } = paths;
  return [
    service({ unit: 'keepalived.service', boot: 'disabled', now: 'stopped' }),
    service({ unit: 'haproxy.service', boot: 'disabled', now: 'stopped' }),
    absent({ path: keepalivedUnit, notify: [rereadUnits] }),
    ...[haproxy, statisticsLogin, keepalived, card, checkScript].map((path) => absent({ path })),
    ...absentCertificate(machine.name),
    // Last, so that the folders of the packages are empty and go with them.
    absentPackages([...programs]),
  ];
}
