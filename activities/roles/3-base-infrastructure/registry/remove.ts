import { absentCertificate } from '../../../certificates/renewal.js';
import { absent } from '../../../host/absent.js';
import { absentAccount } from '../../../host/absent-account.js';
import { absentFolders } from '../../../host/absent-folders.js';
import { artifactSums } from '../../../host/artifact.js';
import { absentPackages } from '../../../host/absent-packages.js';
import { command } from '../../../host/command.js';
import { unmaskedUnits } from '../../../host/masked-units.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import type { StepContext } from '../../../role.js';
import { operatingSystemOf } from '../../2-preparation/os.js';
import { registryAccount, registryPaths, registryUnits } from './settings.js';
import { debian, unitFiles } from './state.js';

/** Everything, the images too. */
export function removed({ site, machine }: StepContext): Resource[] {
  const isPackage = operatingSystemOf(site, machine).family === 'debian';
  return [
    ...Object.values(registryUnits).map((unit) => service({ unit, boot: 'disabled', now: 'stopped' })),
    ...unitFiles.map((path) => absent({ path, notify: [rereadUnits] })),
    ...(isPackage
      ? [
          absentPackages([debian.name]),
          command({ title: `unit ${debian.unit}`, ...unmaskedUnits([debian.unit]), reason: 'masked' }),
        ]
      : [absent({ path: artifactSums(registryPaths.program) })]),
    absent({ path: registryPaths.program }),
    ...absentCertificate('registry'),
    absentFolders([registryPaths.configuration, registryPaths.storage]),
    absentAccount(registryAccount),
  ];
}
