import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { flag, integer, list, seconds, text } from '../fields.js';
import { data, empty, keys, type Answer } from '../question.js';
import { nothing, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { dataOf } from '../state.js';
import { approleLogin } from './approle-login.js';
import { networks, tokenSettings, type TokenSettings } from './token-settings.js';

export type AppRole = TokenSettings & {
  bind_secret_id: boolean;
  secret_id_bound_cidrs: string[];
  roleId: string;
  /** By what `secretKey` makes of the id: none of them can be read here. */
  secrets: Record<string, { accessor: string; madeAt: string }>;
};
export type AppRoles = { roles: Record<string, AppRole>; salt: string };

export function appRolesOf({ state, mount }: Pick<Call, 'state' | 'mount'>): AppRoles {
  return dataOf<AppRoles>(state, mount, () => ({ roles: {}, salt: randomBytes(32).toString('hex') }));
}

export function secretKey({ salt }: AppRoles, secretId: string): string {
  return createHmac('sha256', salt).update(secretId).digest('hex');
}

function roleOf(call: Call): AppRole {
  const role = appRolesOf(call).roles[call.names[0]!];
  if (role === undefined) throw nothing();
  return role;
}

function roleThatMustBe(call: Call): AppRole {
  const role = appRolesOf(call).roles[call.names[0]!];
  if (role === undefined)
    throw new Refusal(500, `1 error occurred:\n\t* role "${call.names[0]}" does not exist\n\n`);
  return role;
}

/** Roles with ids of their own, and what logs in with them. */
export const approle: readonly Route[] = [
  approleLogin,
  reads('list', /^role$/, (call) => keys(Object.keys(appRolesOf(call).roles))),
  reads('read', /^role\/([^/]+)$/, (call) => {
    const settings = Object.entries(roleOf(call)).filter(([name]) => !['roleId', 'secrets'].includes(name));
    const usual = { secret_id_num_uses: 0, secret_id_ttl: 0, local_secret_ids: false };
    return data({ ...(Object.fromEntries(settings) as Partial<AppRole>), ...usual });
  }),
  changes('update', /^role\/([^/]+)$/, write, {
    exists: (call) => appRolesOf(call).roles[call.names[0]!] !== undefined,
  }),
  changes('delete', /^role\/([^/]+)$/, (call) => {
    delete appRolesOf(call).roles[call.names[0]!];
    return empty;
  }),
  reads('read', /^role\/([^/]+)\/role-id$/, (call) => data({ role_id: roleOf(call).roleId })),
  changes('update', /^role\/([^/]+)\/role-id$/, setRoleId),
  changes('update', /^role\/([^/]+)\/custom-secret-id$/, addSecretId),
  reads('update', /^role\/([^/]+)\/secret-id\/lookup$/, (call) => {
    const found = roleThatMustBe(call).secrets[secretKey(appRolesOf(call), text(call.fields, 'secret_id'))];
    if (found === undefined) return empty;
    const { accessor, madeAt } = found;
    return data({
      secret_id_accessor: accessor,
      creation_time: madeAt,
      secret_id_num_uses: 0,
      secret_id_ttl: 0,
    });
  }),
  changes('update', /^role\/([^/]+)\/secret-id\/destroy$/, (call) => {
    delete roleThatMustBe(call).secrets[secretKey(appRolesOf(call), text(call.fields, 'secret_id'))];
    return empty;
  }),
];

function write(call: Call): Answer {
  const { fields, names } = call;
  const { roles } = appRolesOf(call);
  const before = roles[names[0]!];
  if (integer(fields, 'secret_id_num_uses', 0) !== 0 || seconds(fields, 'secret_id_ttl', 0) !== 0)
    throw new Refusal(400, 'secret ids that end by themselves are not simulated by the sandbox');
  roles[names[0]!] = {
    ...tokenSettings(fields, before),
    bind_secret_id: flag(fields, 'bind_secret_id', before?.bind_secret_id ?? true),
    secret_id_bound_cidrs: networks(list(fields, 'secret_id_bound_cidrs', before?.secret_id_bound_cidrs)),
    roleId: before?.roleId ?? randomUUID(),
    secrets: before?.secrets ?? {},
  };
  return empty;
}

function setRoleId(call: Call): Answer {
  const role = roleThatMustBe(call);
  const id = text(call.fields, 'role_id');
  if (id === '') throw new Refusal(400, 'missing role_id');
  const others = Object.entries(appRolesOf(call).roles).filter(([name]) => name !== call.names[0]);
  if (others.some(([, other]) => other.roleId === id)) throw new Refusal(400, 'role_id already in use');
  role.roleId = id;
  return empty;
}

function addSecretId(call: Call): Answer {
  const role = roleThatMustBe(call);
  const { fields } = call;
  const secretId = text(fields, 'secret_id');
  if (secretId === '') throw new Refusal(400, 'missing secret_id');
  if (integer(fields, 'num_uses', 0) !== 0 || seconds(fields, 'ttl', 0) !== 0)
    throw new Refusal(400, 'secret ids that end by themselves are not simulated by the sandbox');
  const key = secretKey(appRolesOf(call), secretId);
  if (role.secrets[key] !== undefined)
    throw new Refusal(400, 'failed to store secret_id: SecretID is already registered');
  const accessor = randomUUID();
  role.secrets[key] = { accessor, madeAt: new Date().toISOString() };
  return data({ secret_id: secretId, secret_id_accessor: accessor, secret_id_num_uses: 0, secret_id_ttl: 0 });
}
