import { dirname } from 'node:path';
import type { Authority } from '../../../../config/certificates/authority.js';
import { installedArtifact } from '../../../artifacts/installed-artifact.js';
import { machineCertificate } from '../../../certificates/machine-certificate.js';
import { certificateRenewal } from '../../../certificates/renewal.js';
import type { ServerCertificate } from '../../../certificates/server-certificate.js';
import { directory } from '../../../host/directory.js';
import { file } from '../../../host/file.js';
import { packages } from '../../../host/packages.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { serviceAccount } from '../../../host/service-account.js';
import type { StepContext } from '../../../role.js';
import { auditRotation } from './audit-rotation.js';
import { serverConfiguration } from './server-configuration.js';
import { paths, serverSettings, vaultAccount, vaultUnitName } from './server-settings.js';
import { vaultUnit } from './unit.js';

/** Account, folders, and the program with what it is unpacked with. */
export async function vaultProgram(context: StepContext): Promise<Resource[]> {
  const owner = `${vaultAccount}:${vaultAccount}`;
  const own = [paths.data, paths.storage, dirname(paths.audit[1]), paths.logs];
  return [
    packages(['logrotate', 'unzip']),
    serviceAccount({ name: vaultAccount, home: paths.data }),
    directory({ path: paths.settings, mode: '0750', owner: `root:${vaultAccount}` }),
    ...own.map((path) => directory({ path, mode: '0700', owner })),
    ...(await installedArtifact(context, 'vault', { path: paths.program, from: { zip: 'vault' } })),
  ];
}

/** What a node answers with. */
export function vaultCertificate(context: Pick<StepContext, 'site' | 'plan' | 'machine'>): ServerCertificate {
  return machineCertificate(context, { group: vaultAccount, units: [vaultUnitName] });
}

/** All that a node begins with. It is not started here: which one is first is for the steps after this to say. */
export async function vaultState(context: StepContext, authority: Authority): Promise<Resource[]> {
  const { site, plan, machine, machines, secrets } = context;
  const { unseal } = site.vault;
  const readable = { mode: '0640', owner: `root:${vaultAccount}` };
  const token = unseal.kind === 'transit' ? await secrets.resolve(unseal.token) : undefined;
  const transitAuthority =
    unseal.kind === 'transit' && unseal.ca !== undefined ? await secrets.resolve(unseal.ca) : undefined;
  return [
    file({ path: paths.authority, content: authority.root, ...readable }),
    ...(transitAuthority === undefined
      ? []
      : [file({ path: paths.transitAuthority, content: transitAuthority, ...readable })]),
    file({
      path: paths.environment,
      content: token === undefined ? '' : `VAULT_TOKEN=${token.trim()}\n`,
      mode: '0600',
      secret: true,
    }),
    file({
      path: paths.configuration,
      content: serverConfiguration(serverSettings(site, machine, machines)),
      ...readable,
    }),
    file({ path: paths.rotation, content: auditRotation() }),
    file({ path: paths.unit, content: vaultUnit(), notify: [rereadUnits] }),
    service({ unit: vaultUnitName, boot: 'enabled', now: 'any' }),
    ...certificateRenewal(site, plan, vaultCertificate(context)),
  ];
}
