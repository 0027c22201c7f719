import { gunzipSync, gzipSync } from 'node:zlib';
import { open } from '../cipher.js';
import { sealNode } from '../opening.js';
import { empty, type Answer } from '../question.js';
import type { VaultRecord } from '../record.js';
import { Refusal } from '../refusal.js';
import { reads, type Call, type Route } from '../route.js';
import type { VaultState } from '../state.js';

/** All that the cluster holds, as encrypted as on its disks; the archive's content is the sandbox's own. */
export const snapshots: readonly Route[] = [
  reads('read', /^storage\/raft\/snapshot$/, ({ node }) => ({
    status: 200,
    bytes: gzipSync(JSON.stringify(node.opened!.raft.record())),
  })),
  reads('update', /^storage\/raft\/snapshot$/, (call) => restore(call, false)),
  reads('update', /^storage\/raft\/snapshot-force$/, (call) => restore(call, true)),
];

async function restore({ node, question }: Call, isForced: boolean): Promise<Answer> {
  const saved = snapshotIn(question.raw);
  const { keys, raft } = node.opened!;
  const isOwn = saved.seal.dataKey === raft.record().seal.dataKey;
  if (!isOwn && !isForced)
    throw new Refusal(
      400,
      'could not verify hash file, possibly the snapshot is using a different set of unseal keys; use the snapshot-force API to bypass this check',
    );
  const { seal, data, clusterId } = saved;
  await raft.commit(
    (record) => ({ ...record, seal, data, clusterId }),
    () => {
      if (isOwn) node.active = { state: JSON.parse(open(keys.data, data).toString()) as VaultState };
    },
  );
  node.machine.happened('vault-restored', { forced: isForced });
  // Only the keys of the Vault that was saved open what lies here now.
  if (!isOwn) sealNode(node);
  return empty;
}

function snapshotIn(raw: Buffer): VaultRecord {
  try {
    const saved = JSON.parse(gunzipSync(raw).toString()) as VaultRecord;
    if (typeof saved.data === 'string' && typeof saved.seal.dataKey === 'string') return saved;
  } catch {
    // What it is not is said below.
  }
  throw new Refusal(400, 'failed to read snapshot: gzip: invalid header');
}
