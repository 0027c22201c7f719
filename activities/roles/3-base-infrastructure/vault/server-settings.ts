import type { Machine } from '../../../../config/machine.js';
import type { Site } from '../../../../config/site.js';
import { certificatePath } from '../../../certificates/server-certificate.js';

/** How another system opens this Vault; its token stands in the unit's environment, never in the configuration. */
export type TransitSeal = { url: string; key: string; authorityFile?: string };

/** What one node's configuration is made from. */
export type ServerSettings = {
  nodeId: string;
  address: string;
  apiPort: number;
  clusterPort: number;
  /** API addresses of the other members. */
  others: readonly string[];
  storage: string;
  certificateFile: string;
  keyFile: string;
  /** PEM of the authority that signed the certificates of all members. */
  authorityFile: string;
  transit?: TransitSeal;
};

export const apiPort = 8200;
export const clusterPort = 8201;

/** System account that Vault runs as. */
export const vaultAccount = 'vault';
export const vaultUnitName = 'vault.service';

/** Where things lie on a machine of Vault. Key and certificate are one file, as the certificate's step writes it. */
export const paths = {
  program: '/usr/local/bin/vault',
  settings: '/etc/vault.d',
  configuration: '/etc/vault.d/vault.hcl',
  /** The transit seal's token; read by systemd. */
  environment: '/etc/vault.d/vault.env',
  authority: '/etc/vault.d/authority.pem',
  transitAuthority: '/etc/vault.d/transit-authority.pem',
  unit: '/etc/systemd/system/vault.service',
  rotation: '/etc/logrotate.d/vault',
  data: '/var/lib/vault',
  logs: '/var/log/vault',
  storage: '/var/lib/vault/raft',
  /** What was kept of the initialisation; beside the storage, for one is worth nothing without the other. */
  initialisation: '/var/lib/vault/initialisation',
  audit: ['/var/log/vault/audit.log', '/var/lib/vault/audit/audit.log'],
} as const;

/**
 * The node of a machine.
 * @param members all machines of the group, this one too
 */
export function serverSettings(site: Site, machine: Machine, members: readonly Machine[]): ServerSettings {
  const { unseal } = site.vault;
  return {
    nodeId: machine.name,
    address: machine.address,
    apiPort,
    clusterPort,
    others: members.filter(({ name }) => name !== machine.name).map(apiAddress),
    storage: paths.storage,
    certificateFile: certificatePath(machine.name),
    keyFile: certificatePath(machine.name),
    authorityFile: paths.authority,
    ...(unseal.kind === 'transit'
      ? {
          transit: {
            url: unseal.url,
            key: unseal.key,
            ...(unseal.ca === undefined ? {} : { authorityFile: paths.transitAuthority }),
          },
        }
      : {}),
  };
}

export function apiAddress({ address }: Pick<Machine, 'address'>): string {
  return `https://${address}:${apiPort}`;
}
