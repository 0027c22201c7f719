import { z } from 'zod';
import { groupNames } from '../machine.js';
import { Ipv4 } from './address.js';
import { optionalKeys } from './optional-keys.js';
import { SshPublicKey } from './ssh-public-key.js';
import { DisplayName, DnsLabel, Port } from './text.js';

/** What is fixed for one machine. Its name is the group's name and a number: `vault-1`. */
export const MachineSettings = z.strictObject({
  /** Instead of the next free address of the zone's range. */
  address: Ipv4.optional(),
  /** Only for machines that another team delivers: `ssh-ed25519 AAAA…`. */
  hostKey: SshPublicKey.optional(),
  ssh: z.strictObject({ port: Port }).optional(),
  /** ESXi host or AHV node to place it on. */
  host: DisplayName.optional(),
  datastore: DisplayName.optional(),
});
export type MachineSettings = z.infer<typeof MachineSettings>;

export const Machines = z.record(DnsLabel, MachineSettings).default({});

/** Figures that replace the computed ones of a group. */
export const GroupSizing = z.strictObject({
  count: z.int().min(0).max(500).optional(),
  vcpu: z.int().min(1).max(256).optional(),
  memoryGiB: z.int().min(1).max(4096).optional(),
  /** GiB by disk; the system disk is never smaller than the template's. */
  disksGiB: z
    .strictObject({
      system: z.int().min(10).max(65_536).optional(),
      rancher: z.int().min(10).max(65_536).optional(),
      longhorn: z.int().min(10).max(65_536).optional(),
      data: z.int().min(10).max(65_536).optional(),
    })
    .optional(),
});
export type GroupSizing = z.infer<typeof GroupSizing>;

export const Sizing = z.strictObject(optionalKeys(groupNames, GroupSizing)).prefault({});
