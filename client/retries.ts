import {
  defaultGrpcRetryOptions,
  makeGrpcRetryInterceptor,
  type ConnectionOptions,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';

/** Options of a connection, and what to await before it is closed. */
export type Retries = {
  interceptors: NonNullable<ConnectionOptions['interceptors']>;
  end: () => Promise<void>;
};

/**
 * The retries of the Temporal client, which can be ended: one that comes when its connection was closed ends the
 * process with an error, whatever the command has done.
 * `end` begins no further retry and resolves when the last one has begun, within 6 seconds.
 */
export function endableRetries({ delayFunction, retryableDecider } = defaultGrpcRetryOptions()): Retries {
  let ended = false;
  let lastAt = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ended && retryableDecider(attempt, status),
    delayFunction: (attempt, status) => {
      const delayMs = delayFunction(attempt, status);
      lastAt = Math.max(lastAt, performance.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptors: [interceptor],
    end: async () => {
      ended = true;
      const leftMs = lastAt - performance.now();
      if (leftMs > 0) await sleep(leftMs + 1);
    },
  };
}
