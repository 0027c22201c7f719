import { packObjects } from 'isomorphic-git';
import { isMissing, readGitObject, type GitStore } from './git-store.js';
import { flush, packet, readPackets, sideBand, type PacketReader } from './packet-lines.js';
import { contentsOf, depthsOf, historyOf } from './reachable.js';
import { headOf, readReferences } from './references.js';

type Wanted = {
  wants: string[];
  capabilities: ReadonlySet<string>;
  /** Commits whose parents the client does not have. */
  shallow: Set<string>;
  depth: number | undefined;
};

type Cut = {
  /** Commits whose parents the client will not have, beyond those that it said. */
  shallow: ReadonlySet<string>;
  /** Parents that it had not and wants now. */
  more: readonly string[];
  lines: readonly Buffer[];
};

/**
 * Answers one request for objects: each says everything again, nothing is remembered between two.
 * @see https://git-scm.com/docs/gitprotocol-pack
 */
export async function uploadPack(store: GitStore, body: Buffer): Promise<Buffer> {
  const packets = readPackets(body);
  const wanted = wantedIn(packets);
  if (typeof wanted === 'string') return packet(`ERR ${wanted}`);
  if (wanted.wants.length === 0) return Buffer.alloc(0);
  const tips = new Set([...(await readReferences(store.disk, store.gitdir)).values()]);
  const unknown = wanted.wants.find((oid) => !tips.has(oid));
  if (unknown !== undefined) return packet(`ERR upload-pack: not our ref ${unknown}`);
  const cut = await cutOf(store, wanted);
  const { lines, common, isDone } = await negotiated(store, packets, wanted);
  const start = [...cut.lines, ...lines];
  if (!isDone) return Buffer.concat(start);
  const pack = await packOf(store, wanted, cut, common);
  if (!wanted.capabilities.has('side-band-64k')) return Buffer.concat([...start, pack]);
  return Buffer.concat([...start, ...sideBand(1, pack), flush]);
}

export async function uploadCapabilities({ disk, gitdir }: GitStore, hasHead: boolean): Promise<string> {
  const head = hasHead ? ` symref=HEAD:${await headOf(disk, gitdir)}` : '';
  return `multi_ack_detailed side-band-64k shallow no-progress${head} object-format=sha1 agent=git/2.39.5`;
}

/** @returns what is wrong when something is asked that is not simulated */
function wantedIn({ next }: PacketReader): Wanted | string {
  const [wants, shallow] = [[] as string[], new Set<string>()];
  let capabilities: string[] | undefined;
  let depth: number | undefined;
  for (let line = next(); typeof line === 'string'; line = next()) {
    const [word = '', oid = '', ...more] = line.split(' ');
    if (word === 'want') {
      wants.push(oid);
      capabilities ??= more;
    } else if (word === 'shallow') shallow.add(oid);
    else if (word === 'deepen') depth = Number(oid) || undefined;
    else return `${word} is not simulated by the sandbox`;
  }
  return { wants, capabilities: new Set(capabilities), shallow, depth };
}

/** Where the history that is sent ends. */
async function cutOf(store: GitStore, { wants, shallow, depth }: Wanted): Promise<Cut> {
  if (depth === undefined) return { shallow, more: [], lines: [] };
  const depths = await depthsOf(store, wants, depth);
  const ends = [...depths].filter(([, each]) => each.depth === depth && each.parents.length > 0);
  const inner = [...shallow].filter((oid) => (depths.get(oid)?.depth ?? depth) < depth);
  const now = new Set([...shallow, ...ends.map(([oid]) => oid)]);
  for (const oid of inner) now.delete(oid);
  return {
    shallow: now,
    more: inner.flatMap((oid) => depths.get(oid)!.parents),
    lines: [
      ...ends.filter(([oid]) => !shallow.has(oid)).map(([oid]) => packet(`shallow ${oid}`)),
      ...inner.map((oid) => packet(`unshallow ${oid}`)),
      flush,
    ],
  };
}

/** Which of the client's commits are here too; `isDone` when it has said all that it wants to say. */
async function negotiated(
  store: GitStore,
  { next }: PacketReader,
  { capabilities }: Wanted,
): Promise<{ lines: Buffer[]; common: Set<string>; isDone: boolean }> {
  const [lines, common] = [[] as Buffer[], new Set<string>()];
  const isDetailed = capabilities.has('multi_ack_detailed');
  let last = '';
  for (let line = next(); line !== undefined; line = next()) {
    if (line === flush) {
      if (isDetailed || common.size === 0) lines.push(packet('NAK\n'));
      // Without a connection that lasts, the client comes back with all that it knows by then.
      return { lines, common, isDone: false };
    }
    if (line === 'done') {
      if (common.size === 0) lines.push(packet('NAK\n'));
      else if (isDetailed) lines.push(packet(`ACK ${last}\n`));
      return { lines, common, isDone: true };
    }
    const oid = /^have ([0-9a-f]{40})$/.exec(String(line))?.[1];
    if (oid === undefined || !(await isHere(store, oid))) continue;
    if (isDetailed) lines.push(packet(`ACK ${oid} common\n`));
    else if (common.size === 0) lines.push(packet(`ACK ${oid}\n`));
    common.add(oid);
    last = oid;
  }
  return { lines, common, isDone: false };
}

async function isHere(store: GitStore, oid: string): Promise<boolean> {
  try {
    await readGitObject(store, oid);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function packOf(
  store: GitStore,
  { wants, shallow }: Wanted,
  cut: Cut,
  common: ReadonlySet<string>,
): Promise<Buffer> {
  const there = await historyOf(store, common, shallow);
  const trees = [...common].flatMap((oid) => there.commits.get(oid) ?? []);
  const known = await contentsOf(store, trees);
  const sent = await historyOf(store, [...wants, ...cut.more], cut.shallow, there.commits);
  const contents = await contentsOf(store, [...sent.commits.values(), ...sent.others], known);
  const oids = [...sent.commits.keys(), ...sent.tags, ...contents];
  const { packfile } = await packObjects({ ...store, oids });
  return Buffer.from(packfile!);
}
