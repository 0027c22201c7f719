import { randomBytes, randomUUID } from 'node:crypto';

/** What an engine or an auth method is mounted as. Its data lies under its uuid. */
export type Mount = {
  type: string;
  accessor: string;
  uuid: string;
  options: Record<string, string> | null;
  defaultLeaseSeconds: number;
  maxLeaseSeconds: number;
  madeAt: number;
};

export type Token = {
  policies: string[];
  path: string;
  displayName: string;
  accessor: string;
  madeAt: number;
  /** Milliseconds since 1970; absent when it lasts for good. */
  endsAt?: number;
  /** Networks that it may be used from; everywhere when there are none. */
  networks: string[];
  /** Accessor of an auth method → who its holder is there. */
  aliases: Record<string, string>;
  metadata: Record<string, string>;
};

export type AuditDevice = { file: string; options: Record<string, string>; salt: string };

/** All that a cluster holds: plain data, encrypted as a whole. Mounts by path with a slash at the end. */
export type VaultState = {
  mounts: Record<string, Mount>;
  auth: Record<string, Mount>;
  policies: Record<string, string>;
  audit: Record<string, AuditDevice>;
  /** By what `tokenKey` makes of the token: none of them can be read here. */
  tokens: Record<string, Token>;
  tokenSalt: string;
  data: Record<string, unknown>;
};

/** 32 days: how long what no mount limits may last. */
export const longestLeaseSeconds = 2_764_800;

export function newMount(type: string, settings: Partial<Mount> = {}): Mount {
  return {
    type,
    accessor: `${type === 'approle' || type === 'cert' ? 'auth_' : ''}${type}_${randomBytes(4).toString('hex')}`,
    uuid: randomUUID(),
    options: null,
    defaultLeaseSeconds: 0,
    maxLeaseSeconds: 0,
    madeAt: Date.now(),
    ...settings,
  };
}

export function newState(): VaultState {
  return {
    mounts: Object.fromEntries(
      ['cubbyhole', 'identity', 'sys'].map((type) => [`${type}/`, mountOfCore(type)]),
    ),
    auth: { 'token/': mountOfCore('token') },
    policies: { default: defaultPolicy },
    audit: {},
    tokens: {},
    tokenSalt: randomBytes(32).toString('hex'),
    data: {},
  };
}

function mountOfCore(type: string): Mount {
  return newMount(type === 'sys' ? 'system' : type);
}

/** The data of a mount, made when there is none yet. */
export function dataOf<Data>(state: VaultState, { uuid }: Mount, fresh: () => Data): Data {
  return (state.data[uuid] ??= fresh()) as Data;
}

/** What every token but root may do. */
const defaultPolicy = `path "auth/token/lookup-self" {
    capabilities = ["read"]
}
path "auth/token/renew-self" {
    capabilities = ["update"]
}
path "auth/token/revoke-self" {
    capabilities = ["update"]
}
path "sys/capabilities-self" {
    capabilities = ["update"]
}
`;
