import { absentCertificate } from '../../../certificates/renewal.js';
import { absent } from '../../../host/absent.js';
import { absentAccount } from '../../../host/absent-account.js';
import { absentFolders } from '../../../host/absent-folders.js';
import { artifactSums } from '../../../host/artifact.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { unitPath } from './replication.js';
import { gogsAccount, gogsPaths, gogsUnitName, replica } from './settings.js';

/** Everything, the repositories too: what is not in a backup is gone. The packages stay: others may use them. */
export function removed(): Resource[] {
  return [
    service({ unit: gogsUnitName, boot: 'disabled', now: 'stopped' }),
    absent({ path: gogsPaths.unit, notify: [rereadUnits] }),
    ...[gogsPaths.program, artifactSums(gogsPaths.program)].map((path) => absent({ path })),
    ...absentCertificate('gogs'),
    service({ unit: replica.timer, boot: 'disabled', now: 'stopped' }),
    ...[replica.unit, replica.timer].map((unit) => absent({ path: unitPath(unit), notify: [rereadUnits] })),
    absentFolders([gogsPaths.settings, gogsPaths.data, replica.folder, `/home/${replica.account}`]),
    ...[gogsAccount, replica.account].map(absentAccount),
  ];
}
