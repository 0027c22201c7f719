/** A host and what is needed to be sure of it. Two targets that differ only in their keys share one connection. */
export type SshTarget = {
  /** For messages; the address when absent. */
  name?: string;
  address: string;
  port: number;
  user: string;
  /** OpenSSH private keys, tried in order: the current version first, then the one before. */
  privateKeys: readonly string[];
  /** `ssh-ed25519 AAAA… comment` lines; a host that shows any other key is refused. */
  hostKeys: readonly string[];
  jumpHost?: SshTarget;
};

export function targetName({ name, address, port }: SshTarget): string {
  return name === undefined ? `${address}:${port}` : `${name} (${address}:${port})`;
}

/** What makes a connection reusable: who logs in where, and by which way. */
export function connectionKey({ user, address, port, jumpHost }: SshTarget): string {
  const way = jumpHost === undefined ? '' : ` via ${connectionKey(jumpHost)}`;
  return `${user}@${address}:${port}${way}`;
}
