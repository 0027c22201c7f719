import { z } from 'zod';
import { roleNames } from './phases.js';
import { Cidr, HostWithPort } from './site/address.js';
import { Backup } from './site/backup.js';
import { Clusters } from './site/clusters.js';
import { Hypervisor, Templates } from './site/hypervisor.js';
import { Machines, Sizing } from './site/machines.js';
import { Names } from './site/names.js';
import { optionalKeys } from './site/optional-keys.js';
import { Administrator, Approval } from './site/people.js';
import { Certificates, SiteSecrets, Vault } from './site/secrets.js';
import { Artifacts, Directory, Dns, Mail, Syslog } from './site/services.js';
import { DnsName, ofText, Port, text, UnixUser } from './site/text.js';
import { Zones } from './site/zones.js';

export const productNames = ['eservices', 'gco'] as const;
export type ProductName = (typeof productNames)[number];

/** Beyond this the published profiles and the measured limits of a plan say nothing. */
const mostConcurrentUsers = 100_000;

/** Options of each role; the role's own `inputs` schema reads them. */
const Options = z.strictObject(optionalKeys(roleNames, z.record(z.string(), z.json()))).prefault({});

/**
 * One deployed platform, as its `site.yaml` describes it. Strict: an unknown key is a mistake.
 * Holds references to secrets, never a secret. Explained key by key in docs/site-file.md.
 */
export const Site = z.strictObject({
  name: text(
    /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
    'a site name',
    'Use lower-case letters, digits and hyphens, 32 at most',
  ),
  /** Salt of everything derived from the master key: never change it. */
  uuid: z.uuid({
    error: ofText('is not a UUID. Take the one that socle init wrote; a new site gets a new one'),
  }),
  domain: DnsName,
  concurrentUsers: z.int().min(1).max(mostConcurrentUsers),
  products: z.array(z.enum(productNames)),
  hypervisor: Hypervisor,
  templates: Templates,
  ssh: z.strictObject({ port: Port.default(22), user: UnixUser.default('socle') }).prefault({}),
  zones: Zones,
  /** Networks that the orchestrator and the operators come from; the only ones that reach SSH and administration. */
  management: z.array(Cidr).min(1).default(['0.0.0.0/0']),
  clusters: Clusters,
  routedNetworks: z.array(Cidr).default([]),
  dns: Dns,
  ntp: z.array(HostWithPort).min(1),
  names: Names,
  directory: Directory.optional(),
  mail: Mail.optional(),
  syslog: Syslog.optional(),
  backup: Backup.optional(),
  administrators: z.array(Administrator).min(1),
  artifacts: Artifacts,
  approvals: z.array(Approval).default([]),
  secrets: SiteSecrets,
  vault: Vault,
  certificates: Certificates,
  rancher: z
    .strictObject({ placement: z.enum(['middleware', 'dedicated']).default('middleware') })
    .prefault({}),
  sizing: Sizing,
  machines: Machines,
  options: Options,
});
export type Site = z.infer<typeof Site>;
