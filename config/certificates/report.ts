import type { CertificateFacts } from './facts.js';

/** The operation by which a role tells of the certificates that its machines answer with. */
export const certificatesOperation = 'certificates';

/** One certificate as it lies on a machine and is served there, or inside Vault, and what of it needs a person. */
export type CertificateReport = {
  /** File, or what keeps it. */
  place: string;
  /** Absent when there is none, or none that can be read. */
  facts?: CertificateFacts;
  /** What systemd says of the timer that renews it, and of the last renewal. */
  renewal?: { timer: string; lastResult: string };
  /** What is wrong, a line each; empty when all is well. */
  problems: string[];
};
