import { createSeal, type Seal } from './secrets-seal.js';
import { exitCodes, UserError } from './errors.js';
import { groupZones, type GroupName, type ZoneName } from './machine.js';
import { authoritySeedBytes, deriveBytes, sshKeyPair, type SshKeyPair } from './secrets-keys.js';
import { resolveReference } from './secrets-references.js';
import type { Site } from './site.js';

/**
 * Keys between the master key and what is derived: who holds one can derive what is below it and nothing else. A worker
 * of one zone needs `operator` and its zone's `bootstrap`, a codec server needs `codec`.
 */
export type BranchName =
  | 'seal'
  | 'codec'
  | 'operator'
  | 'authority'
  | 'load-balancer'
  | 'registry'
  | 'gogs'
  | 'vault'
  | `bootstrap/${ZoneName}`;

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
  /** What the key of the site's certificate authority is made from. */
  authoritySeed: (version?: number) => Buffer;
  /** What the statistics of every load balancer are read with. */
  statisticsPassword: () => string;
  /** Password of an account of the image registry, 43 characters. */
  registryPassword: (user: string, version?: number) => string;
  /** Salt of that password's hash, 16 bytes: derived, so that the registry's file of logins is the same each time. */
  registrySalt: (user: string, version?: number) => Buffer;
  /** Signs the state of uploads to the registry. */
  registryHttpSecret: (version?: number) => string;
  /** Password of a user of Gogs, 43 characters. */
  gogsPassword: (user: string, version?: number) => string;
  /** What Gogs encrypts with; it must stay what it is, whatever is rotated. */
  gogsSecretKey: () => string;
  /** Key with which a machine sends the other one copies of Gogs. */
  replicationKey: (machine: string) => SshKeyPair;
  /** Id of an AppRole in the site's own Vault: a name, not a secret, but one that nobody guesses. */
  vaultRoleId: (role: string, version?: number) => string;
  /** Secret id that logs in with it. */
  vaultSecretId: (role: string, version?: number) => string;
  /** Resolves `env:NAME` or `file:PATH`. */
  resolve: (reference: string) => Promise<string>;
  /** Seals what cannot be derived beside the thing it opens. */
  seal: Seal;
  /** 32 bytes for a process that must not hold the master key. */
  branchKey: (name: BranchName) => Buffer;
  /** Replaces every secret handed out so far by `***`. */
  redact: (text: string) => string;
};

/** What the secrets of a site depend on. */
export type SecretsSource = Pick<Site, 'name' | 'uuid' | 'secrets'>;

/** Shorter values are too common in ordinary text to be cleared from it. */
const shortestRedacted = 6;

/**
 * Opens the secrets of a site.
 * @throws UserError when the master key is missing or is not 32 bytes in hexadecimal or base64.
 */
export function createSecrets(site: SecretsSource, environment: NodeJS.ProcessEnv): Secrets {
  const handedOut = new Set<string>();
  const remember = (value: string): string => {
    for (const part of [value, ...value.split('\n')])
      if (part.trim().length >= shortestRedacted && !part.startsWith('-----')) handedOut.add(part.trim());
    return value;
  };
  const master = masterKey(remember(resolveReference(site.secrets.master, environment)), site.secrets.master);
  const branchKey = (name: BranchName): Buffer => deriveBytes(master, site.uuid, ['branch', name]);
  const derived = (branch: BranchName, info: readonly (string | number)[], length?: number): Buffer =>
    deriveBytes(branchKey(branch), site.uuid, info.map(String), length);
  const password = (branch: BranchName, info: readonly (string | number)[]): string =>
    remember(derived(branch, info).toString('base64url'));
  const pair = (branch: BranchName, info: readonly (string | number)[], comment: string): SshKeyPair => {
    const keys = sshKeyPair(derived(branch, info), comment);
    remember(keys.privateKey);
    return keys;
  };
  const hostPair = (purpose: string, machine: string, version: number): SshKeyPair =>
    pair(`bootstrap/${zoneOf(machine)}`, [purpose, machine, version], machine);
  const versions = site.secrets.versions;
  return {
    bootstrapHostKey: (machine, version = versions.hostKeys) =>
      hostPair('bootstrap-host-key', machine, version),
    hostKey: (machine, version = versions.hostKeys) => hostPair('host-key', machine, version),
    operatorKey: (version = versions.operatorKey) =>
      pair('operator', ['operator-key', version], `socle@${site.name}`),
    authoritySeed: (version = versions.authority) =>
      derived('authority', ['authority', version], authoritySeedBytes),
    statisticsPassword: () => password('load-balancer', ['statistics-password', 1]),
    registryPassword: (user, version = versions.registryPassword) =>
      password('registry', ['registry-password', user, version]),
    registrySalt: (user, version = versions.registryPassword) =>
      derived('registry', ['registry-salt', user, version], 16),
    registryHttpSecret: (version = versions.registryPassword) =>
      password('registry', ['registry-http-secret', version]),
    gogsPassword: (user, version = versions.gogsPassword) =>
      password('gogs', ['gogs-password', user, version]),
    gogsSecretKey: () => remember(derived('gogs', ['gogs-secret-key', 1]).toString('hex')),
    replicationKey: (machine) => pair('gogs', ['replication-key', machine, 1], `gogs@${machine}`),
    vaultRoleId: (role, version = 1) => derived('vault', ['role-id', role, version]).toString('hex'),
    vaultSecretId: (role, version = 1) =>
      remember(derived('vault', ['secret-id', role, version]).toString('hex')),
    resolve: async (reference) => remember(resolveReference(reference, environment)),
    seal: createSeal(branchKey('seal'), site.uuid),
    branchKey,
    redact: (text) => [...handedOut].reduce((cleared, secret) => cleared.replaceAll(secret, '***'), text),
  };
}

/** A machine's name is its group's and a number, and a group lives in one zone. */
function zoneOf(machine: string): ZoneName {
  const zone = groupZones[machine.replace(/-\d+$/, '') as GroupName] as ZoneName | undefined;
  if (zone !== undefined) return zone;
  throw new Error(`${machine} is no machine of a group, so it has no derived key`);
}

function masterKey(text: string, reference: string): Buffer {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (bytes.length === 32) return bytes;
  throw new UserError(
    `${reference}: the master key must be 32 bytes in hexadecimal or base64. Make one: openssl rand -hex 32`,
    exitCodes.prerequisite,
  );
}
