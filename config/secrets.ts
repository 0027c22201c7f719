/** An ed25519 key pair in OpenSSH's formats. */
export type SshKeyPair = { privateKey: string; publicKey: string };

/**
 * The secrets of one site. Nothing is stored: every value is derived from the master key or resolved from a reference.
 * Each value handed out is remembered in memory so that `redact` can clear it from messages.
 */
export type Secrets = {
  /** Host key that cloud-init gives a machine: known before the machine exists, readable in the hypervisor. */
  bootstrapHostKey: (machine: string, version?: number) => SshKeyPair;
  /** Host key that replaces it over the first authenticated connection. */
  hostKey: (machine: string, version?: number) => SshKeyPair;
  /** Key of Socle's own account on every machine. */
  operatorKey: (version?: number) => SshKeyPair;
  /** Resolves `env:NAME` or `file:PATH`. */
  resolve: (reference: string) => Promise<string>;
  /** Replaces every secret handed out so far by `***`. */
  redact: (text: string) => string;
};
