import { seconds, text } from '../fields.js';
import { data, empty, type Answer } from '../question.js';
import { notSimulated, Refusal } from '../refusal.js';
import { changes, reads, type Call, type Route } from '../route.js';
import { longestLeaseSeconds, newMount, type Mount } from '../state.js';

const types = { mounts: ['kv', 'pki', 'transit'], auth: ['approle', 'cert'] } as const;

/** Secrets engines (`sys/mounts`) and auth methods (`sys/auth`); the second need `sudo`. */
export function mountRoutes(kind: 'mounts' | 'auth'): Route[] {
  const of = ({ state }: Call): Record<string, Mount> => state[kind];
  const tuned = (call: Call): Mount => {
    const mount = of(call)[`${call.names[0]!}/`];
    if (mount === undefined) throw new Refusal(400, `cannot fetch sysview for path "${call.names[0]!}"`);
    return mount;
  };
  const sudo = kind === 'auth';
  return [
    reads('read', new RegExp(`^${kind}$`), (call) =>
      data(Object.fromEntries(Object.entries(of(call)).map(([path, mount]) => [path, shown(mount)]))),
    ),
    reads('read', new RegExp(`^${kind}/(.+)/tune$`), (call) => data(settingsOf(tuned(call))), { sudo }),
    changes('update', new RegExp(`^${kind}/(.+)/tune$`), (call) => tune(tuned(call), call.fields), { sudo }),
    changes('update', new RegExp(`^${kind}/(.+)$`), (call) => mountAt(kind, of(call), call), { sudo }),
    changes('delete', new RegExp(`^${kind}/(.+)$`), (call) => unmountAt(of(call), call), { sudo }),
  ];
}

function settingsOf({ defaultLeaseSeconds, maxLeaseSeconds }: Mount): Record<string, unknown> {
  return { default_lease_ttl: defaultLeaseSeconds, max_lease_ttl: maxLeaseSeconds, force_no_cache: false };
}

function shown(mount: Mount): Record<string, unknown> {
  const { type, accessor, uuid, options } = mount;
  return { type, accessor, uuid, options, description: '', local: false, config: settingsOf(mount) };
}

function mountAt(kind: 'mounts' | 'auth', mounts: Record<string, Mount>, { fields, names }: Call): Answer {
  const path = `${names[0]!}/`;
  const taken = Object.keys(mounts).find((other) => other.startsWith(path) || path.startsWith(other));
  if (taken === path) throw new Refusal(409, `path is already in use at ${taken}`);
  if (taken !== undefined) throw new Refusal(400, `existing mount at ${taken}`);
  const type = text(fields, 'type');
  if (!(types[kind] as readonly string[]).includes(type))
    throw new Refusal(
      400,
      `plugin not found in the catalog: ${type} (the sandbox has ${types[kind].join(', ')})`,
    );
  const options = (fields['options'] ?? null) as Record<string, string> | null;
  if (type === 'kv' && options?.['version'] !== '2') throw notSimulated('the engine kv of version 1');
  const made = newMount(type, { options });
  tune(made, (fields['config'] ?? {}) as Record<string, unknown>);
  mounts[path] = made;
  return empty;
}

function unmountAt(mounts: Record<string, Mount>, { state, names }: Call): Answer {
  const path = `${names[0]!}/`;
  const mount = mounts[path];
  if (mount === undefined) return empty;
  if (['system', 'token', 'identity', 'cubbyhole'].includes(mount.type))
    throw new Refusal(400, `cannot unmount "${path}"`);
  delete state.data[mount.uuid];
  delete mounts[path];
  for (const [key, { path: from }] of Object.entries(state.tokens))
    if (from.startsWith(`auth/${path}`)) delete state.tokens[key];
  return empty;
}

function tune(mount: Mount, fields: Record<string, unknown>): Answer {
  const longest = seconds(fields, 'max_lease_ttl', mount.maxLeaseSeconds);
  const usual = seconds(fields, 'default_lease_ttl', mount.defaultLeaseSeconds);
  if (usual > (longest || longestLeaseSeconds))
    throw new Refusal(400, 'default lease TTL is longer than the maximum lease TTL');
  [mount.maxLeaseSeconds, mount.defaultLeaseSeconds] = [longest, usual];
  return empty;
}
