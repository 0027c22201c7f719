import { certificatePath } from '../../../certificates/server-certificate.js';
import { absent } from '../../../host/absent.js';
import { absentAccount } from '../../../host/absent-account.js';
import { absentFolders } from '../../../host/absent-folders.js';
import { absentPackages } from '../../../host/absent-packages.js';
import { command } from '../../../host/command.js';
import { unmaskedUnits } from '../../../host/masked-units.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { registryAccount, registryPaths, registryUnits } from './settings.js';
import { debian, unitFiles } from './state.js';

/** Everything, the images too. */
export function removed(): Resource[] {
  const certificate = certificatePath('registry');
  return [
    ...Object.values(registryUnits).map((unit) => service({ unit, boot: 'disabled', now: 'stopped' })),
    ...unitFiles.map((path) => absent({ path, notify: [rereadUnits] })),
    absentPackages([debian.name]),
    command({
      title: `unit ${debian.unit}`,
      ...unmaskedUnits([debian.unit]),
      reason: 'masked',
    }),
    ...[registryPaths.program, certificate, `${certificate}.key`].map((path) => absent({ path })),
    absentFolders([registryPaths.configuration, registryPaths.storage]),
    absentAccount(registryAccount),
  ];
}
