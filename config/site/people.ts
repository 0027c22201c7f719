import { z } from 'zod';
import { phaseNames, type PhaseName } from '../phases.js';
import { Duration } from './duration.js';
import { SshPublicKey } from './ssh-public-key.js';
import { UnixUser } from './text.js';

/** A person with an account of their own on every machine. */
export const Administrator = z.strictObject({ name: UnixUser, keys: z.array(SshPublicKey).min(1) });
export type Administrator = z.infer<typeof Administrator>;

/** A gate before a phase: who may open it and what silence means. */
export const Approval = z.strictObject({
  before: z.enum(phaseNames as [PhaseName, ...PhaseName[]]),
  approvals: z.int().min(1).max(20).default(1),
  starterMayApprove: z.boolean().default(false),
  /** Absent: the gate waits without limit. */
  expiresAfter: Duration.optional(),
  onExpiry: z.enum(['rejected', 'approved']).default('rejected'),
});
export type Approval = z.infer<typeof Approval>;
