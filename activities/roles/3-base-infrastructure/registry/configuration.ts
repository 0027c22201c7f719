import { stringify } from 'yaml';
import { htpasswdPath, registryPaths, registryPorts, type RegistryInstance } from './settings.js';

export type RegistryConfiguration = {
  instance: RegistryInstance;
  /** Signs the state of uploads; the same for all instances, so that each goes on with another's. */
  httpSecret: string;
  /** Listens on all addresses when absent. */
  address?: string;
  port?: number;
  paths?: typeof registryPaths;
};

/**
 * config.yml of one instance, for distribution 2.8 and 3 alike: what 2.8 does not know it passes over.
 * @see https://distribution.github.io/distribution/about/configuration/
 */
export function registryConfiguration(settings: RegistryConfiguration): string {
  const { instance, httpSecret, address = '', paths = registryPaths } = settings;
  const isPull = instance === 'pull';
  return stringify(
    {
      version: 0.1,
      log: { level: 'info', fields: { service: `registry-${instance}` } },
      storage: {
        filesystem: { rootdirectory: paths.storage },
        // No cache of descriptors: what the other instance deletes or collects would still seem to be there.
        delete: { enabled: !isPull },
        maintenance: {
          // Uploads that nobody goes on with any more. The interval begins anew with each start.
          uploadpurging: { enabled: !isPull, age: '168h', interval: '24h', dryrun: false },
          readonly: { enabled: isPull },
        },
      },
      auth: { htpasswd: { realm: 'Socle registry', path: htpasswdPath(instance, paths) } },
      http: {
        addr: `${address}:${settings.port ?? registryPorts[instance]}`,
        // It is reached by its machine's name, by the service's name and through a load balancer.
        relativeurls: true,
        secret: httpSecret,
        tls: { certificate: paths.certificate, key: paths.key, minimumtls: 'tls1.2' },
        headers: { 'X-Content-Type-Options': ['nosniff'] },
      },
      // An index may lack images of platforms that no machine here has; version 3 only.
      validation: {
        manifests: { indexes: { platforms: 'list', platformlist: [{ os: 'linux', architecture: 'amd64' }] } },
      },
      health: { storagedriver: { enabled: true, interval: '10s', threshold: 3 } },
    },
    { lineWidth: 0 },
  );
}
