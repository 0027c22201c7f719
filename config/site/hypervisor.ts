import { z } from 'zod';
import { WebUrl } from './address.js';
import { optionalKeys } from './optional-keys.js';
import { EarlyReference } from './reference.js';
import { DisplayName, text } from './text.js';
import { groupNames } from '../machine.js';

/** Clones in flight at once over all workers. */
const concurrentClones = z
  .int()
  .min(1)
  .max(64)
  .default(8)
  .describe('Clones in flight at once, over all workers');

const account = {
  url: WebUrl.describe(
    'Address of the API, such as https://vcenter.example.org/sdk or https://prism.example.org:9440',
  ),
  username: z
    .string()
    .min(1)
    .describe('Account that Socle works with; the documentation lists the rights it needs'),
  password: EarlyReference.describe('Its password'),
  ca: EarlyReference.describe(
    "PEM of the authority that signed the hypervisor's certificate; there is no switch to trust blindly",
  ),
};

export const VsphereHypervisor = z.strictObject({
  kind: z.literal('vsphere').describe('vSphere: vCenter 7 or later'),
  ...account,
  datacenter: DisplayName.describe('Datacenter that holds the cluster'),
  cluster: DisplayName.describe('Cluster that the machines are placed on'),
  datastore: DisplayName.describe('Datastore or datastore cluster of the disks'),
  folder: DisplayName.default('socle').describe("Below the datacenter's VM folder; made when it is missing"),
  resourcePool: DisplayName.default('Resources').describe('Resource pool below the cluster'),
  hosts: z
    .array(DisplayName)
    .default([])
    .describe('ESXi hosts to spread pairs and masters over when DRS is off'),
  concurrentClones,
});
export type VsphereHypervisor = z.infer<typeof VsphereHypervisor>;

export const NutanixHypervisor = z.strictObject({
  kind: z.literal('nutanix').describe('Nutanix: Prism Central with the v4 API'),
  ...account,
  cluster: DisplayName.describe('Prism Element cluster that Prism Central manages'),
  storageContainer: DisplayName.optional().describe(
    "Storage container of the disks; the cluster's default when absent",
  ),
  project: DisplayName.optional().describe('Prism project that the machines belong to'),
  concurrentClones,
});
export type NutanixHypervisor = z.infer<typeof NutanixHypervisor>;

/** Machines that another team delivers: phase 1 only verifies them. */
export const ExistingHypervisor = z.strictObject({
  kind: z.literal('existing').describe('Machines that another team delivers'),
});

export const Hypervisor = z.discriminatedUnion('kind', [
  VsphereHypervisor,
  NutanixHypervisor,
  ExistingHypervisor,
]);
export type Hypervisor = z.infer<typeof Hypervisor>;

export const operatingSystems = [
  'debian-12',
  'debian-13',
  'ubuntu-22.04',
  'ubuntu-24.04',
  'rhel-9',
  'rocky-9',
] as const;

export const Template = z.strictObject({
  // Empty stands for none, which only kind `existing` may have.
  name: text(/^(\S(.{0,253}\S)?)?$/, 'a template name')
    .default('')
    .describe('vSphere template or Nutanix image; not used for kind existing'),
  os: z.enum(operatingSystems).describe('Operating system inside, which decides between apt and dnf'),
});
export type Template = z.infer<typeof Template>;

export const Templates = z.strictObject({
  default: Template.describe('For every group without a template of its own'),
  ...optionalKeys(groupNames, Template),
});
export type Templates = z.infer<typeof Templates>;
