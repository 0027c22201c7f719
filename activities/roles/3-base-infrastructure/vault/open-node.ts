import { setTimeout as sleep } from 'node:timers/promises';
import { forgetShares, giveShare, sealStatus } from '../../../clients/vault/status.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { NotReadyError } from '../../../errors.js';

/** A node that joins asks for its members every two seconds, and opens about a second after it was taken in. */
const opensWithinMs = 30_000;
const askEveryMs = 200;

/**
 * Unseals one node with as many shares as it asks for. What a stalled attempt had given it before is forgotten first, so
 * that no share counts twice.
 *
 * A node that joins keeps the shares and opens by itself once the leader has taken it in; until then it looks as if nobody
 * had given it any. Given them again in that time, Vault 1.21.1 opens twice, and as the leader such a node may never
 * notice that it lost its quorum. So they are given once and then waited for; a worker that is lost meanwhile is
 * replaced only after its heartbeat timeout, when the node is open.
 * @returns false when it was open already
 * @throws NotReadyError while the node has found no member of its cluster, when the shares are too few, or when it does not
 * open in time
 * @throws ApiError 400 when the shares open nothing
 */
export async function openNode(vault: Vault, shares: readonly string[]): Promise<boolean> {
  const before = await sealStatus(vault);
  if (!before.sealed) return false;
  if (!before.initialized) throw new NotReadyError(`${vault.url} to join`, 'it has found no member yet');
  if (before.progress > 0) await forgetShares(vault);
  for (const share of shares.slice(0, before.threshold)) {
    if (!(await giveShare(vault, share)).sealed) return true;
  }
  const end = Date.now() + opensWithinMs;
  for (;;) {
    const { sealed, progress, threshold } = await sealStatus(vault);
    if (!sealed) return true;
    const given = `${progress} of ${threshold} shares given`;
    if (progress > 0 || Date.now() > end) throw new NotReadyError(`${vault.url} to open`, given);
    await sleep(askEveryMs);
  }
}
