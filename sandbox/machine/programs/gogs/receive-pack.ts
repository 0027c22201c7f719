import { createHash } from 'node:crypto';
import { indexPack } from 'isomorphic-git';
import { isMissing, readGitObject, type GitStore } from './git-store.js';
import { flush, packet, readPackets, sideBand, type PacketReader } from './packet-lines.js';
import { contentsOf, historyOf } from './reachable.js';
import { fitsBeside, headOf, isReferenceName, readReferences, setReference } from './references.js';

const none = '0'.repeat(40);

/** One reference that a push changes; undefined for one that was not there, or is not to be. */
export type Update = { name: string; before: string | undefined; after: string | undefined };

type Pushed = { updates: Update[]; capabilities: ReadonlySet<string>; pack: Buffer };

export const receiveCapabilities =
  'report-status delete-refs side-band-64k quiet atomic no-thin ofs-delta object-format=sha1 agent=git/2.39.5';

/**
 * Takes a push as `git receive-pack` does with its defaults: each reference by itself unless all or none are wanted, a
 * history that is written anew too, but not without the branch that HEAD names.
 * @returns the answer, and what was changed
 * @see https://git-scm.com/docs/gitprotocol-pack
 */
export async function receivePack(
  store: GitStore,
  body: Buffer,
): Promise<{ answer: Buffer; changed: Update[] }> {
  const { updates, capabilities, pack } = pushedIn(readPackets(body));
  if (updates.length === 0) return { answer: Buffer.alloc(0), changed: [] };
  const problem = await unpack(store, updates, pack);
  const results: [Update, string | undefined][] = [];
  for (const update of updates)
    results.push([
      update,
      problem === undefined ? await refusalOf(store, update, updates) : 'unpacker error',
    ]);
  const isRefused = results.some(([, refusal]) => refusal !== undefined);
  const takesNone = capabilities.has('atomic') && isRefused;
  const changed: Update[] = [];
  const report = [packet(`unpack ${problem ?? 'ok'}\n`)];
  for (const [update, refusal] of results) {
    const reason = refusal ?? (takesNone ? 'atomic transaction failed' : undefined);
    report.push(packet(reason === undefined ? `ok ${update.name}\n` : `ng ${update.name} ${reason}\n`));
    if (reason !== undefined) continue;
    await setReference(store.disk, store.gitdir, update.name, update.after);
    changed.push(update);
  }
  if (!capabilities.has('report-status')) return { answer: Buffer.alloc(0), changed };
  const status = Buffer.concat([...report, flush]);
  if (!capabilities.has('side-band-64k')) return { answer: status, changed };
  return { answer: Buffer.concat([...sideBand(1, status), flush]), changed };
}

function pushedIn({ next, rest }: PacketReader): Pushed {
  const updates: Update[] = [];
  let capabilities: string[] | undefined;
  for (let line = next(); typeof line === 'string'; line = next()) {
    const [command = '', said] = line.split('\0');
    capabilities ??= (said ?? '').trim().split(' ');
    const [, before, after, name] = /^([0-9a-f]{40}) ([0-9a-f]{40}) (.+)$/.exec(command) ?? [];
    // A shallow clone says where its history ends; what matters is whether it is whole here.
    if (before === undefined || after === undefined || name === undefined) continue;
    updates.push({ name, before: someOf(before), after: someOf(after) });
  }
  return { updates, capabilities: new Set(capabilities), pack: rest() };
}

function someOf(oid: string): string | undefined {
  return oid === none ? undefined : oid;
}

/**
 * Stores what was sent, if what the references are to be is whole with it.
 * @returns what is wrong, undefined when nothing is
 */
async function unpack(
  store: GitStore,
  updates: readonly Update[],
  pack: Buffer,
): Promise<string | undefined> {
  const tips = updates.flatMap(({ after }) => after ?? []);
  if (tips.length === 0) return undefined;
  if (pack.length === 0) return 'eof before pack header';
  const stored = await storePack(store, pack);
  if (stored.problem !== undefined) return stored.problem;
  try {
    const known = await historyOf(store, [...(await readReferences(store.disk, store.gitdir)).values()]);
    const { commits, others } = await historyOf(store, tips, new Set(), known.commits);
    const contents = await contentsOf(store, [...commits.values(), ...others]);
    for (const oid of contents) await readGitObject(store, oid);
    return undefined;
  } catch (error) {
    if (!isMissing(error)) throw error;
    for (const path of stored.paths) await store.disk.remove(path);
    return 'missing necessary objects';
  }
}

async function storePack(store: GitStore, pack: Buffer): Promise<{ paths: string[]; problem?: string }> {
  const trailer = pack.subarray(-20);
  const sum = createHash('sha1').update(pack.subarray(0, -20)).digest();
  if (pack.length < 32 || pack.toString('latin1', 0, 4) !== 'PACK' || !sum.equals(trailer))
    return { paths: [], problem: 'index-pack abnormal exit' };
  const count = pack.readUInt32BE(8);
  if (count === 0) return { paths: [] };
  const name = `objects/pack/pack-${trailer.toString('hex')}`;
  const paths = ['pack', 'idx'].map((ending) => `${store.gitdir}/${name}.${ending}`);
  if ((await store.disk.read(paths[1]!)) !== undefined) return { paths: [] };
  await store.disk.write(paths[0]!, pack);
  const { oids } = await indexPack({ ...store, dir: store.gitdir, filepath: `${name}.pack` });
  if (oids.length === count) return { paths };
  // An object is left out that builds upon one which was not sent.
  for (const path of paths) await store.disk.remove(path);
  return { paths: [], problem: 'index-pack abnormal exit' };
}

/** Why a reference is not changed; undefined when it may be. */
async function refusalOf(
  { disk, gitdir }: GitStore,
  { name, before, after }: Update,
  all: readonly Update[],
): Promise<string | undefined> {
  if (!isReferenceName(name)) return 'funny refname';
  const references = await readReferences(disk, gitdir);
  if (after === undefined && name === (await headOf(disk, gitdir)))
    return 'deletion of the current branch prohibited';
  // Somebody else was faster.
  if (references.get(name) !== before) return 'failed to update ref';
  const made = all.filter((update) => update.after !== undefined).map((update) => update.name);
  const fits = fitsBeside([...references.keys(), ...made], name);
  return after === undefined || fits ? undefined : 'failed to update ref';
}
