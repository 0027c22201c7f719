import { z } from 'zod';
import { phaseNames, type PhaseName } from '../phases.js';
import { Duration } from './duration.js';
import { SshPublicKey } from './ssh-public-key.js';
import { UnixUser } from './text.js';

/** A person with an account of their own on every machine. */
export const Administrator = z.strictObject({
  name: UnixUser.describe('Account on every machine'),
  keys: z.array(SshPublicKey).min(1).describe('SSH public keys, each the one line of a .pub file'),
});
export type Administrator = z.infer<typeof Administrator>;

/** A gate before a phase: who may open it and what silence means. */
export const Approval = z.strictObject({
  before: z.enum(phaseNames as [PhaseName, ...PhaseName[]]).describe('Phase that waits for the approval'),
  approvals: z.int().min(1).max(20).default(1).describe('Different people who must approve'),
  starterMayApprove: z.boolean().default(false).describe('Whether the person who starts the run counts'),
  expiresAfter: Duration.optional().describe('Absent: the gate waits without limit'),
  onExpiry: z
    .enum(['rejected', 'approved'])
    .default('rejected')
    .describe('What silence means when the time is over'),
});
export type Approval = z.infer<typeof Approval>;
