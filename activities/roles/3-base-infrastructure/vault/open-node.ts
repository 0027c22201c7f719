import { forgetShares, giveShare, sealStatus } from '../../../clients/vault/status.js';
import type { Vault } from '../../../clients/vault/vault.js';
import { NotReadyError } from '../../../errors.js';

/**
 * Unseals one node with as many shares as it asks for. What a stalled attempt had given it before is forgotten first, so
 * that no share counts twice.
 * @returns false when it was open already
 * @throws NotReadyError while the node has not joined its cluster, or when the shares are too few
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
  const { progress, threshold } = await sealStatus(vault);
  // A node that joins opens a moment after its last share: the leader proves first that both hold the same key.
  throw new NotReadyError(`${vault.url} to open`, `${progress} of ${threshold} shares given`);
}
