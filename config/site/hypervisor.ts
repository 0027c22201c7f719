import { z } from 'zod';
import { WebUrl } from './address.js';
import { optionalKeys } from './optional-keys.js';
import { EarlyReference } from './reference.js';
import { DisplayName, text } from './text.js';
import { groupNames } from '../machine.js';

/** Clones in flight at once over all workers: DESIGN 5, caps. */
const concurrentClones = z.int().min(1).max(64).default(8);

const account = {
  url: WebUrl,
  username: z.string().min(1),
  password: EarlyReference,
  /** PEM of the authority that signed the hypervisor's certificate; there is no switch to trust blindly. */
  ca: EarlyReference,
};

export const VsphereHypervisor = z.strictObject({
  kind: z.literal('vsphere'),
  ...account,
  datacenter: DisplayName,
  cluster: DisplayName,
  datastore: DisplayName,
  /** Below the datacenter's VM folder; made when it is missing. */
  folder: DisplayName.default('socle'),
  resourcePool: DisplayName.default('Resources'),
  /** ESXi hosts to spread pairs and masters over when DRS is off. */
  hosts: z.array(DisplayName).default([]),
  concurrentClones,
});
export type VsphereHypervisor = z.infer<typeof VsphereHypervisor>;

export const NutanixHypervisor = z.strictObject({
  kind: z.literal('nutanix'),
  ...account,
  /** Prism Element cluster that Prism Central manages. */
  cluster: DisplayName,
  storageContainer: DisplayName.optional(),
  project: DisplayName.optional(),
  concurrentClones,
});
export type NutanixHypervisor = z.infer<typeof NutanixHypervisor>;

/** Machines that another team delivers: phase 1 only verifies them. */
export const ExistingHypervisor = z.strictObject({ kind: z.literal('existing') });

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

/** `name` is the vSphere template or the Nutanix image; it stays empty for machines of kind existing. */
export const Template = z.strictObject({
  name: text(/^\S(.{0,253}\S)?$/, 'a template name').default(''),
  os: z.enum(operatingSystems),
});
export type Template = z.infer<typeof Template>;

export const Templates = z.strictObject({
  default: Template,
  ...optionalKeys(groupNames, Template),
});
export type Templates = z.infer<typeof Templates>;
