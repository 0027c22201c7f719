import { namedServices } from '../../../../config/names.js';
import { installedArtifact } from '../../../artifacts/installed-artifact.js';
import { machineCertificate } from '../../../certificates/machine-certificate.js';
import { certificateRenewal } from '../../../certificates/renewal.js';
import type { ServerCertificate } from '../../../certificates/server-certificate.js';
import { directory } from '../../../host/directory.js';
import { file } from '../../../host/file.js';
import { packages } from '../../../host/packages.js';
import { rereadUnits, type Handler, type Resource } from '../../../host/resource.js';
import { serviceAccount } from '../../../host/service-account.js';
import type { StepContext } from '../../../role.js';
import { operatingSystemOf } from '../../2-preparation/os.js';
import { gogsConfiguration } from './configuration.js';
import { replicationState } from './replication.js';
import { gogsAccount, gogsPaths, gogsUnitName, type GogsSettings } from './settings.js';
import { gogsUnit } from './unit.js';

/** The passive one of two must not begin to run because its configuration was changed. */
const restartIfRunning: Handler = {
  name: 'restart-gogs',
  command: `systemctl try-restart ${gogsUnitName}`,
};

/** The program with what it runs (git) and what copies its database while it is written to. */
export async function gogsProgram(context: StepContext): Promise<Resource[]> {
  const owner = `${gogsAccount}:${gogsAccount}`;
  const os = operatingSystemOf(context.site, context.machine);
  return [
    packages(['git', os.family === 'debian' ? 'sqlite3' : 'sqlite']),
    serviceAccount({ name: gogsAccount, home: gogsPaths.data }),
    directory({ path: gogsPaths.settings, mode: '0750', owner: `root:${gogsAccount}` }),
    ...[gogsPaths.data, gogsPaths.repositories].map((path) => directory({ path, mode: '0700', owner })),
    ...(await installedArtifact(context, 'gogs', {
      path: gogsPaths.program,
      from: { tar: 'gogs/gogs' },
    })),
  ];
}

export function gogsCertificate(context: Pick<StepContext, 'site' | 'plan' | 'machine'>): ServerCertificate {
  return machineCertificate(context, { name: 'gogs', group: gogsAccount, units: [gogsUnitName] });
}

/** All that it begins with. Which of two is to run is for a later step to say. */
export function gogsState(context: StepContext): Resource[] {
  const { site, plan } = context;
  return [
    file({
      path: gogsPaths.configuration,
      content: gogsConfiguration(gogsSettings(context)),
      mode: '0640',
      owner: `root:${gogsAccount}`,
      secret: true,
      notify: [restartIfRunning],
    }),
    file({ path: gogsPaths.unit, content: gogsUnit(), notify: [rereadUnits, restartIfRunning] }),
    ...certificateRenewal(site, plan, gogsCertificate(context)),
    ...replicationState(context),
  ];
}

export function gogsSettings({
  site,
  plan,
  secrets,
}: Pick<StepContext, 'site' | 'plan' | 'secrets'>): GogsSettings {
  const names = new Map(namedServices(site, plan).map(({ service, name }) => [service, name]));
  const hookHosts = (['argocd'] as const).flatMap((service) => names.get(service) ?? []);
  return { domain: names.get('git') ?? site.domain, secretKey: secrets.gogsSecretKey(), hookHosts };
}
