import { absentCertificate } from '../../../certificates/renewal.js';
import { absent } from '../../../host/absent.js';
import { absentAccount } from '../../../host/absent-account.js';
import { absentFolders } from '../../../host/absent-folders.js';
import { artifactSums } from '../../../host/artifact.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import type { StepContext } from '../../../role.js';
import { paths, vaultAccount, vaultUnitName } from './server-settings.js';

/** Everything, the data too: what is not in a backup is gone. */
export function removed({ machine }: StepContext): Resource[] {
  return [
    service({ unit: vaultUnitName, boot: 'disabled', now: 'stopped' }),
    absent({ path: paths.unit, notify: [rereadUnits] }),
    ...[paths.program, artifactSums(paths.program), paths.rotation].map((path) => absent({ path })),
    ...absentCertificate(machine.name),
    absentFolders([paths.settings, paths.data, paths.logs]),
    absentAccount(vaultAccount),
  ];
}
