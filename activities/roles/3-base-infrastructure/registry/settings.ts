import { certificatePath } from '../../../certificates/server-certificate.js';

/** The two instances over one storage: one that all may pull from, one that the orchestrator alone pushes to. */
export type RegistryInstance = 'pull' | 'push';

export const registryPorts: Readonly<Record<RegistryInstance, number>> = { pull: 5000, push: 5001 };

/** Accounts: nodes know the first, the orchestrator the second, and each instance knows one alone. */
export const registryUsers: Readonly<Record<RegistryInstance, string>> = { pull: 'node', push: 'socle' };

/** Where everything of the registry lies on its machine; key and certificate are one file, as the certificate's step writes it. */
export type RegistryPaths = {
  program: string;
  configuration: string;
  storage: string;
  certificate: string;
  key: string;
};

/**
 * Since version 3 the program looks for its configuration in /etc/distribution, before in /etc/docker/registry. It is
 * always told where, so that either version runs with the same files.
 */
export const registryPaths: RegistryPaths = {
  program: '/usr/local/bin/registry',
  configuration: '/etc/distribution',
  storage: '/var/lib/registry',
  certificate: certificatePath('registry'),
  key: certificatePath('registry'),
};

/** System account that both instances run as. */
export const registryAccount = 'registry';

export const registryUnits = {
  pull: 'socle-registry-pull.service',
  push: 'socle-registry-push.service',
  collect: 'socle-registry-collect.service',
  collectTimer: 'socle-registry-collect.timer',
} as const;

export function configurationPath(instance: RegistryInstance, { configuration } = registryPaths): string {
  return `${configuration}/${instance}.yml`;
}

export function htpasswdPath(instance: RegistryInstance, { configuration } = registryPaths): string {
  return `${configuration}/${instance}.htpasswd`;
}
