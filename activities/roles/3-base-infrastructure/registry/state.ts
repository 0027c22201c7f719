import { installedArtifact } from '../../../artifacts/installed-artifact.js';
import { machineCertificate } from '../../../certificates/machine-certificate.js';
import { certificateRenewal } from '../../../certificates/renewal.js';
import type { ServerCertificate } from '../../../certificates/server-certificate.js';
import { command } from '../../../host/command.js';
import { directory } from '../../../host/directory.js';
import { file } from '../../../host/file.js';
import { maskedUnits } from '../../../host/masked-units.js';
import { packages } from '../../../host/packages.js';
import { rereadUnits, restart, type Resource } from '../../../host/resource.js';
import { service } from '../../../host/service.js';
import { serviceAccount } from '../../../host/service-account.js';
import type { StepContext } from '../../../role.js';
import { operatingSystemOf } from '../../2-preparation/os.js';
import { registryConfiguration } from './configuration.js';
import { collectionTimer, collectionUnit } from './garbage-collection.js';
import { htpasswdFile } from './htpasswd.js';
import {
  configurationPath,
  htpasswdPath,
  registryAccount,
  registryPaths,
  registryUnits,
  registryUsers,
  type RegistryInstance,
} from './settings.js';
import { registryUnit } from './units.js';

const instances: readonly RegistryInstance[] = ['pull', 'push'];

/** Debian's package and where it puts the program; it brings a service of its own on the port of the pulling instance. */
export const debian = {
  name: 'docker-registry',
  program: '/usr/bin/docker-registry',
  unit: 'docker-registry.service',
};

export const unitFiles = Object.values(registryUnits).map((name) => `/etc/systemd/system/${name}`);

/** Debian's package where there is one, else the program of the catalogue. */
export async function registryProgram(context: StepContext): Promise<Resource[]> {
  const owned = { owner: `${registryAccount}:${registryAccount}`, mode: '0750' };
  const program =
    operatingSystemOf(context.site, context.machine).family === 'debian'
      ? fromPackage
      : await installedArtifact(context, 'registry', {
          path: registryPaths.program,
          from: { tar: 'registry' },
        });
  return [
    ...program,
    serviceAccount({ name: registryAccount, home: registryPaths.storage }),
    directory({ path: registryPaths.configuration, mode: '0750', owner: `root:${registryAccount}` }),
    directory({ path: registryPaths.storage, ...owned }),
  ];
}

const fromPackage: readonly Resource[] = [
  maskedUnits({ stopped: [debian.unit], left: [] }),
  packages([debian.name]),
  command({
    title: `program ${registryPaths.program}`,
    unless: `[ "$(readlink ${registryPaths.program})" = ${debian.program} ]`,
    run: `ln -sfn ${debian.program} ${registryPaths.program}`,
    reason: 'is not the one of the package',
  }),
];

/** One for both instances. */
export function registryCertificate(
  context: Pick<StepContext, 'site' | 'plan' | 'machine'>,
): ServerCertificate {
  return machineCertificate(context, {
    name: 'registry',
    group: registryAccount,
    units: [registryUnits.pull, registryUnits.push],
  });
}

/** Two instances over one storage, and the collection of what nobody refers to any more. */
export function registryState(context: StepContext): Resource[] {
  const { site, plan, secrets } = context;
  const readable = { mode: '0640', owner: `root:${registryAccount}`, secret: true };
  return [
    ...instances.flatMap((instance) => [
      file({
        path: configurationPath(instance),
        content: registryConfiguration({ instance, httpSecret: secrets.registryHttpSecret() }),
        notify: [restart(registryUnits[instance])],
        ...readable,
      }),
      // It is read again when its time of change is another one.
      file({
        path: htpasswdPath(instance),
        content: htpasswdFile([loginOf(secrets, instance)]),
        ...readable,
      }),
      unit(registryUnits[instance], registryUnit({ instance, pushers: site.management }), [
        restart(registryUnits[instance]),
      ]),
    ]),
    unit(registryUnits.collect, collectionUnit()),
    unit(registryUnits.collectTimer, collectionTimer()),
    ...[registryUnits.pull, registryUnits.push, registryUnits.collectTimer].map((name) =>
      service({ unit: name, boot: 'enabled', now: 'running' }),
    ),
    ...certificateRenewal(site, plan, registryCertificate(context)),
  ];
}

function unit(name: string, content: string, notify: Resource['notify'] = []): Resource {
  return file({ path: `/etc/systemd/system/${name}`, content, notify: [rereadUnits, ...notify] });
}

/** What an instance is logged in to with: one account, that nobody else's instance knows. */
export function loginOf(
  secrets: StepContext['secrets'],
  instance: RegistryInstance,
): { user: string; password: string; salt: Buffer } {
  const user = registryUsers[instance];
  return { user, password: secrets.registryPassword(user), salt: secrets.registrySalt(user) };
}
