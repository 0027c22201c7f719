import { expect } from 'vitest';
import { ApiError } from '../../activities/errors.js';

/** The error of a request that an outside system refuses; fails when it was not refused. */
export async function refusal(asked: Promise<unknown>): Promise<ApiError> {
  const error = await asked.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
}
