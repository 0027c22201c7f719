import { ApiError, NotReadyError } from '../../errors.js';

/**
 * Brings about what is not there yet, and lets what is there afterwards decide: an answer may be lost after the success, and
 * somebody else may have come first, for which Gogs has 422 and, for the keys of a repository, a bare 500.
 * @param what names it in errors
 * @param look what is there, undefined when it is not as wanted
 * @throws ApiError the refusal of `apply`, when it is still not there
 */
export async function lookApplyLook<Found>(
  what: string,
  look: () => Promise<Found | undefined>,
  apply: () => Promise<unknown>,
): Promise<Found> {
  const found = await look();
  if (found !== undefined) return found;
  let refusal: ApiError | undefined;
  try {
    await apply();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refusal = error;
  }
  const afterwards = await look();
  if (afterwards !== undefined) return afterwards;
  throw refusal ?? new NotReadyError(what, 'not there after it was made');
}
