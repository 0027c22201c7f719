import { Client, Connection } from '@temporalio/client';
import { exitCodes, UserError } from '../config/errors.js';
import { temporalTarget } from '../config/temporal.js';
import { endableRetries } from './retries.js';

/** A client and what it is connected to; `close` when done. */
export type Connected = { client: Client; address: string; namespace: string; close: () => Promise<void> };

/**
 * Connects to the Temporal server that the environment names.
 * @throws UserError with the remedy when it does not answer.
 */
export async function connect(): Promise<Connected> {
  const { connection: options, namespace } = temporalTarget();
  const { interceptors, end } = endableRetries();
  try {
    const connection = await Connection.connect({ ...options, interceptors, connectTimeout: '5 seconds' });
    return {
      client: new Client({ connection, namespace }),
      address: options.address,
      namespace,
      close: async () => {
        await end();
        await connection.close();
      },
    };
  } catch (error) {
    throw new UserError(
      `No Temporal server answers on ${options.address} (${(error as Error).message}).\n` +
        'Start one with  socle dev  or point to yours with TEMPORAL_ADDRESS.',
      exitCodes.unreachable,
    );
  }
}

/** Runs `work` with a connection and closes it whatever happens. */
export async function connected<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
  const open = await connect();
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}
