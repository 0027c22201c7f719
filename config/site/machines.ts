import { z } from 'zod';
import { groupNames } from '../machine.js';
import { Ipv4 } from './address.js';
import { optionalKeys } from './optional-keys.js';
import { SshPublicKey } from './ssh-public-key.js';
import { DisplayName, DnsLabel, Port } from './text.js';

/** What is fixed for one machine. Its name is the group's name and a number: `vault-1`. */
export const MachineSettings = z.strictObject({
  address: Ipv4.optional().describe("Instead of the next free address of the zone's range"),
  hostKey: SshPublicKey.optional().describe(
    'Only for machines that another team delivers: `ssh-ed25519 AAAA…`',
  ),
  ssh: z
    .strictObject({ port: Port.describe('TCP port of SSH') })
    .optional()
    .describe('Where it differs from ssh of the site'),
  host: DisplayName.optional().describe('ESXi host or AHV node to place it on'),
  datastore: DisplayName.optional().describe('Datastore to place it on'),
});
export type MachineSettings = z.infer<typeof MachineSettings>;

export const Machines = z.record(DnsLabel, MachineSettings).default({});

/** Figures that replace the computed ones of a group. */
export const GroupSizing = z.strictObject({
  count: z.int().min(0).max(500).optional().describe('Machines'),
  vcpu: z.int().min(1).max(256).optional().describe('Virtual CPUs of each'),
  memoryGiB: z.int().min(1).max(4096).optional().describe('Memory of each'),
  disksGiB: z
    .strictObject({
      system: z
        .int()
        .min(10)
        .max(65_536)
        .optional()
        .describe('The disk that the template brings, grown to this'),
      rancher: z.int().min(10).max(65_536).optional().describe('/var/lib/rancher'),
      longhorn: z.int().min(10).max(65_536).optional().describe('/var/lib/longhorn'),
      data: z.int().min(10).max(65_536).optional().describe('Data of what the group runs'),
    })
    .optional()
    .describe('GiB by disk'),
});
export type GroupSizing = z.infer<typeof GroupSizing>;

export const Sizing = z.strictObject(optionalKeys(groupNames, GroupSizing)).prefault({});
