import { nodeState } from '../../activities/clients/vault/status.js';
import { ApiError, NotReadyError } from '../../activities/errors.js';
import type { VaultCluster } from './vault-targets.js';

const awaitMs = 60_000;

/** Asks again until it is so, through refusals that pass by themselves. Vault tells nobody when its state changes. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + awaitMs;
  let seen: unknown = 'it is not so';
  while (Date.now() < end) {
    try {
      if (await isSo()) return;
    } catch (error) {
      const passing = error instanceof NotReadyError || (error instanceof ApiError && error.retryable);
      if (!passing && !(error instanceof ApiError && error.message.includes('non-versioned'))) throw error;
      seen = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${awaitMs / 1000} s for ${what}: ${String(seen)}`);
}

/** Waits until one of the nodes is active; answers its number. */
export async function activeWithin(cluster: VaultCluster, ...indexes: number[]): Promise<number> {
  let active = -1;
  await until('an active node', async () => {
    const states = await Promise.all(
      indexes.map((index) => nodeState(cluster.client(index)).catch((error: Error) => error.message)),
    );
    active = states.indexOf('active');
    return active >= 0;
  });
  return indexes[active]!;
}
