import { integer } from './fields.js';
import { data, empty, keys, type Answer } from './question.js';
import { nothing, Refusal } from './refusal.js';
import { changes, reads, type Call, type Route } from './route.js';
import { dataOf } from './state.js';

type Version = {
  data: Record<string, unknown> | null;
  madeAt: string;
  deletedAt: string;
  destroyed: boolean;
};
type Secret = { versions: Record<string, Version>; current: number; oldest: number; madeAt: string };

const keptVersions = 10;
/** A new engine of version 2 upgrades itself before it takes anything. */
const upgradeMs = 200;

const secretsOf = ({ state, mount }: Call): Record<string, Secret> =>
  dataOf<Record<string, Secret>>(state, mount, () => ({}));

/** Of version 2: secrets with versions that are written only by who knows the current one. */
export const kv: readonly Route[] = [
  reads('read', /^data\/(.+)$/, read),
  changes('update', /^data\/(.+)$/, write, { exists }),
  changes('delete', /^data\/(.+)$/, (call) => {
    const secret = secretsOf(call)[call.names[0]!];
    const version = secret?.versions[secret.current];
    if (version) version.deletedAt ||= new Date().toISOString();
    return empty;
  }),
  reads('read', /^metadata\/(.+)$/, metadata),
  reads('list', /^metadata(?:\/(.+))?$/, names),
  changes('delete', /^metadata\/(.+)$/, (call) => {
    delete secretsOf(call)[call.names[0]!];
    return empty;
  }),
];

function exists(call: Call): boolean {
  return secretsOf(call)[call.names[0]!] !== undefined;
}

function read(call: Call): Answer {
  const secret = secretsOf(call)[call.names[0]!];
  const number = Number(call.question.query['version'] ?? 0) || (secret?.current ?? 0);
  const version = secret?.versions[number];
  if (version === undefined) throw nothing();
  const found = { data: version.deletedAt === '' ? version.data : null, metadata: about(version, number) };
  return { status: version.deletedAt === '' ? 200 : 404, body: { data: found } };
}

function about({ madeAt, deletedAt, destroyed }: Version, version: number): Record<string, unknown> {
  return { created_time: madeAt, deletion_time: deletedAt, destroyed, version, custom_metadata: null };
}

function write(call: Call): Answer {
  const { fields, names: path } = call;
  if (Date.now() - call.mount.madeAt < upgradeMs)
    throw new Refusal(
      400,
      'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.',
    );
  const given = fields['data'];
  if (given === null || typeof given !== 'object') throw new Refusal(400, 'no data provided');
  const secrets = secretsOf(call);
  const madeAt = new Date().toISOString();
  const secret = (secrets[path[0]!] ??= { versions: {}, current: 0, oldest: 0, madeAt });
  const options = (fields['options'] ?? {}) as Record<string, unknown>;
  if (options['cas'] !== undefined && integer(options, 'cas', 0) !== secret.current)
    throw new Refusal(400, 'check-and-set parameter did not match the current version');
  secret.current += 1;
  const version = { data: given as Record<string, unknown>, madeAt, deletedAt: '', destroyed: false };
  secret.versions[secret.current] = version;
  delete secret.versions[secret.current - keptVersions];
  secret.oldest = Math.max(0, secret.current - keptVersions + 1);
  return data(about(version, secret.current));
}

function metadata(call: Call): Answer {
  const secret = secretsOf(call)[call.names[0]!];
  if (secret === undefined) throw nothing();
  const { versions, current, oldest, madeAt } = secret;
  const shown = Object.entries(versions).map(([number, version]) => [number, about(version, Number(number))]);
  return data({
    versions: Object.fromEntries(shown) as unknown,
    current_version: current,
    oldest_version: oldest,
    created_time: madeAt,
    max_versions: 0,
    cas_required: false,
    custom_metadata: null,
  });
}

function names(call: Call): Answer {
  const folder = (call.names[0] ?? '') === '' ? '' : `${call.names[0]!.replace(/\/$/, '')}/`;
  const below = Object.keys(secretsOf(call))
    .filter((name) => name.startsWith(folder))
    .map((name) => name.slice(folder.length).replace(/\/.*$/, '/'));
  return keys([...new Set(below)]);
}
