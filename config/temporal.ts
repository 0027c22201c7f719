import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { exitCodes, UserError } from './errors.js';

/** Address, namespace and credentials of the Temporal server to use. */
export type TemporalTarget = { connection: ConnectionOptions & { address: string }; namespace: string };

export const defaultTaskQueue = 'socle';

/**
 * The one place that decides which Temporal server is meant: `TEMPORAL_*` variables or a profile of the Temporal
 * configuration file, 127.0.0.1:7233 without either.
 * @throws UserError when the configuration cannot be read.
 */
export function temporalTarget(): TemporalTarget {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    return {
      connection: { ...connectionOptions, address: connectionOptions.address ?? '127.0.0.1:7233' },
      namespace: namespace ?? 'default',
    };
  } catch (error) {
    throw new UserError(
      `The Temporal configuration cannot be read: ${(error as Error).message}`,
      exitCodes.usage,
    );
  }
}

/** Task queue of clones on one kind of hypervisor; the slots of its workers cap the clones in flight of all sites. */
export function hypervisorQueue(kind: string): string {
  return `hypervisor/${kind}`;
}
