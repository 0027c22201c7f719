import type { Authority } from '../../../../config/certificates/authority.js';
import { siteArtifact } from '../../../../config/artifacts/site-artifacts.js';
import { storeUrl } from '../../../../config/artifacts/store.js';
import { PermanentError } from '../../../errors.js';
import { artifact } from '../../../host/artifact.js';
import { artifactLogin, artifactLoginPath } from '../../../host/artifact-login.js';
import { directory } from '../../../host/directory.js';
import { file } from '../../../host/file.js';
import { packages } from '../../../host/packages.js';
import { rereadUnits, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { serviceAccount } from '../../../host/service-account.js';
import type { StepContext } from '../../../role.js';
import { artifactAccess } from '../../2-preparation/artifact-access.js';
import { auditRotation } from './audit-rotation.js';
import { serverConfiguration } from './server-configuration.js';
import { paths, serverSettings, vaultAccount, vaultUnitName } from './server-settings.js';
import { vaultUnit } from './unit.js';

/** Account, folders, and the program with what it is unpacked with. */
export async function vaultProgram({ site, secrets }: StepContext): Promise<Resource[]> {
  const { store } = site.artifacts;
  if (store === undefined)
    throw new PermanentError(
      'artifacts.store: the site file names no store to install Vault from. Fill one: socle artifacts fetch FOLDER FILE',
    );
  const { username, password } = await artifactAccess(site, secrets);
  const archive = siteArtifact(site, 'vault');
  const owner = `${vaultAccount}:${vaultAccount}`;
  const own = [paths.data, paths.storage, paths.audit[1].replace(/\/[^/]*$/, ''), paths.logs];
  return [
    packages(['logrotate', 'unzip']),
    serviceAccount({ name: vaultAccount, home: paths.data }),
    directory({ path: paths.settings, mode: '0750', owner: `root:${vaultAccount}` }),
    ...own.map((path) => directory({ path, mode: '0700', owner })),
    ...(username === undefined ? [] : [artifactLogin({ store, username, password: password ?? '' })]),
    artifact({
      url: storeUrl(store, archive),
      sha256: archive.sha256,
      path: paths.program,
      from: { zip: 'vault' },
      ...(username !== undefined && { login: artifactLoginPath }),
    }),
  ];
}

/** All that a node begins with. It is not started here: which one is first is for the steps after this to say. */
export async function vaultState(context: StepContext, authority: Authority): Promise<Resource[]> {
  const { site, machine, machines, secrets } = context;
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
  ];
}
