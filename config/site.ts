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
  ).describe('Short name of the site: commands and machines bear it'),
  uuid: z
    .uuid({
      error: ofText('is not a UUID. Take the one that socle init wrote; a new site gets a new one'),
    })
    .describe('Identity of the site and salt of everything derived from the master key: never change it'),
  domain: DnsName.describe("Domain below which the platform's names stand"),
  concurrentUsers: z
    .int()
    .min(1)
    .max(mostConcurrentUsers)
    .describe('People working at the same time; sizing starts from it'),
  products: z.array(z.enum(productNames)).describe('What runs on the platform'),
  hypervisor: Hypervisor.describe('Where the machines are made'),
  templates: Templates.describe('What the machines are cloned from: one for all, others per group'),
  ssh: z
    .strictObject({
      port: Port.default(22).describe('TCP port of SSH on the machines'),
      user: UnixUser.default('socle').describe('Account that Socle makes for itself'),
    })
    .prefault({})
    .describe('How Socle reaches the machines'),
  zones: Zones.describe('The four networks'),
  management: z
    .array(Cidr)
    .min(1)
    .default(['0.0.0.0/0'])
    .describe(
      'Networks of the orchestrator and the operators: the only ones that reach SSH and administration',
    ),
  clusters: Clusters.describe('Networks inside each Kubernetes cluster'),
  routedNetworks: z.array(Cidr).default([]).describe('Networks of your organisation that pods must not hide'),
  dns: Dns.describe('How names are resolved'),
  ntp: z.array(HostWithPort).min(1).describe('Time servers'),
  names: Names.describe('Names of services that differ from the computed ones'),
  directory: Directory.optional().describe('Your directory (LDAP, Active Directory)'),
  mail: Mail.optional().describe('Your mail relay'),
  syslog: Syslog.optional().describe('Your log collector'),
  backup: Backup.optional().describe('Where backups go, outside the platform; required from 500 users up'),
  administrators: z.array(Administrator).min(1).describe('People with an account on every machine'),
  artifacts: Artifacts.describe('Where packages, images and archives come from'),
  approvals: z.array(Approval).default([]).describe('Phases that wait for people'),
  secrets: SiteSecrets.describe('Where the master key stands'),
  vault: Vault.describe('How Vault is opened'),
  certificates: Certificates.describe('Whose root signs the certificates'),
  rancher: z
    .strictObject({
      placement: z
        .enum(['middleware', 'dedicated'])
        .default('middleware')
        .describe('middleware: on that cluster. dedicated: on three machines in zone infra'),
    })
    .prefault({})
    .describe('Where Rancher runs'),
  sizing: Sizing.describe('Figures that replace the computed ones, per group'),
  machines: Machines.describe('What is fixed for single machines, by name'),
  options: Options.describe('Options of single roles'),
});
export type Site = z.infer<typeof Site>;
