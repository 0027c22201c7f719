/** What `socle init` is told; everything else in the file is an example to be changed. */
export type InitAnswers = {
  name: string;
  domain: string;
  concurrentUsers: number;
  hypervisor: 'vsphere' | 'nutanix';
  uuid: string;
  administrator: string;
  /** One line of a .pub file; without one the file has a gap that validation names. */
  publicKey: string | undefined;
  /** `2026-01-31`; the platform's root is valid from then on. */
  today: string;
  /** Path of the JSON Schema, seen from the file. */
  schema: string;
};

const hypervisors = {
  vsphere: (domain: string) => `hypervisor:
  kind: vsphere
  url: https://vcenter.${domain}/sdk
  username: socle@vsphere.local
  password: env:SOCLE_VSPHERE_PASSWORD
  ca: file:vcenter-ca.pem           # who signed vCenter's certificate
  datacenter: dc-1
  cluster: cluster-1
  datastore: datastore-1
  folder: socle
  resourcePool: Resources
  concurrentClones: 8`,
  nutanix: (domain: string) => `hypervisor:
  kind: nutanix
  url: https://prism.${domain}:9440
  username: socle
  password: env:SOCLE_NUTANIX_PASSWORD
  ca: file:prism-ca.pem             # who signed Prism Central's certificate
  cluster: cluster-1
  concurrentClones: 8`,
};

const backupRequiredFromUsers = 500;

/** The text of a commented site file that loads without a problem, provided a public key was given. Pure. */
export function siteTemplate(answers: InitAnswers): string {
  const { name, domain, concurrentUsers, hypervisor, uuid } = answers;
  const network = hypervisor === 'vsphere' ? 'port group' : 'subnet';
  const template = hypervisor === 'vsphere' ? 'template' : 'image';
  return `# yaml-language-server: $schema=${answers.schema}
#
# One platform. Every key is explained in docs/site-file.md; check with: socle validate FILE
# No secret stands in this file, only where it is found: env:NAME, file:PATH or vault:path#field.

name: ${scalar(name)}
uuid: ${uuid} # never change it: secrets are derived with it
domain: ${scalar(domain)}
concurrentUsers: ${concurrentUsers}
products: [eservices, gco]

${hypervisors[hypervisor](domain)}

# What machines are cloned from; a group (vault, apps-worker, …) may have a ${template} of its own.
templates:
  default: { name: debian-12, os: debian-12 }

# The four networks: ${network}, addresses, and the range that Socle numbers machines from.
zones:
${zone('infra', network, 10)}
${zone('lan', network, 20)}
${zone('integration', network, 30)}
${zone('dmz', network, 40)}

# Where Socle and the operators work from: nobody else reaches SSH and administration.
management: [10.1.0.0/24]

# Networks inside each cluster. They must not overlap the zones, each other, or networks that pods have to reach.
clusters:
  apps: { podCidr: 10.42.0.0/16, serviceCidr: 10.43.0.0/16 }
  middleware: { podCidr: 10.44.0.0/16, serviceCidr: 10.45.0.0/16 }
  dmz: { podCidr: 10.46.0.0/16, serviceCidr: 10.47.0.0/16 }
routedNetworks: [192.168.0.0/16]

dns:
  mode: hosts # customer: your DNS holds the platform's names
  servers: [10.1.0.53]
ntp: [10.1.0.123]

artifacts:
  packages: https://mirror.${outside(domain)}/debian
  store: https://mirror.${outside(domain)}/store # filled by: socle artifacts fetch FOLDER FILE
  ca: file:mirror-ca.pem

# People with an account on every machine, each with keys of their own.
administrators:
  - name: ${scalar(answers.administrator)}
    keys: ${answers.publicKey === undefined ? '[] # paste the line of your .pub file here, in quotes' : `[${scalar(answers.publicKey)}]`}

# Phases that wait until people agree: socle approve ${name}
approvals:
  - before: base-infrastructure
    approvals: 1
    starterMayApprove: false
    expiresAfter: 7d
    onExpiry: rejected

secrets:
  master: env:SOCLE_MASTER_KEY # 32 random bytes: openssl rand -base64 32

# Socle's own root signs every certificate. For yours: root: customer, and socle certificates --request
certificates:
  root: platform
  since: ${answers.today} # first day of that root: never change it

${backup(domain, concurrentUsers)}

# Where your organisation offers them:
# syslog: { server: logs.${outside(domain)}, port: 6514 }
# mail: { relay: mail.${outside(domain)}, from: platform@${domain} }
# directory: { url: 'ldaps://directory.${outside(domain)}', baseDn: 'dc=example,dc=org' }
`;
}

function zone(name: string, network: string, second: number): string {
  return `  ${name}:
    network: ${name} # ${network}
    cidr: 10.${second}.0.0/24
    gateway: 10.${second}.0.1
    range: 10.${second}.0.10-10.${second}.0.250`;
}

function backup(domain: string, users: number): string {
  const lines = [
    'backup:',
    '  kind: s3',
    `  url: https://backup.${outside(domain)}`,
    '  bucket: platform',
    '  accessKey: env:SOCLE_BACKUP_ACCESS_KEY',
    '  secretKey: env:SOCLE_BACKUP_SECRET_KEY',
    '  key: env:SOCLE_BACKUP_KEY # encrypts every backup',
    "  schedule: '0 2 * * *'",
    '  keepDays: 30',
  ];
  if (users >= backupRequiredFromUsers)
    return ['# Outside the platform, or it is lost with it.', ...lines].join('\n');
  return [
    `# Required from ${backupRequiredFromUsers} users up, outside the platform.`,
    ...lines.map((line) => `# ${line}`),
  ].join('\n');
}

/** A domain that is not the platform's own: the parent, or a name that can never exist. */
function outside(domain: string): string {
  const parent = domain.split('.').slice(1);
  return parent.length >= 2 ? parent.join('.') : 'change-me.invalid';
}

/** Text as YAML reads it back: plain where that is safe, else in quotes (JSON's are YAML's). */
function scalar(text: string): string {
  return /^[a-z][a-z0-9.-]*$/.test(text) ? text : JSON.stringify(text);
}
