import { certificatePath } from '../../../certificates/server-certificate.js';
import { absent } from '../../../host/absent.js';
import { artifactSums } from '../../../host/artifact.js';
import { command } from '../../../host/command.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import type { StepContext } from '../../../role.js';
import { paths, vaultAccount, vaultUnitName } from './server-settings.js';

/** Everything, the data too: what is not in a backup is gone. */
export function removed({ machine }: StepContext): Resource[] {
  const folders = [paths.settings, paths.data, paths.logs].join(' ');
  return [
    service({ unit: vaultUnitName, boot: 'disabled', now: 'stopped' }),
    absent({ path: paths.unit, notify: [rereadUnits] }),
    ...[
      paths.program,
      artifactSums(paths.program),
      paths.rotation,
      certificatePath(machine.name),
      `${certificatePath(machine.name)}.key`,
    ].map((path) => absent({ path })),
    command({
      title: 'folders of Vault',
      unless: `! ls -d ${folders}`,
      run: `rm -rf ${folders}`,
      reason: `${folders}: present`,
    }),
    command({
      title: `service account ${vaultAccount}`,
      unless: `! getent passwd ${vaultAccount}`,
      run: `userdel ${vaultAccount}`,
      reason: `${vaultAccount}: present`,
    }),
  ];
}
