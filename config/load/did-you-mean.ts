import { nearest } from '../nearest.js';

/** ` Did you mean "approvals"?` when a known word is near enough to be meant, otherwise nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const match = nearest(word, known);
  return match === undefined ? '' : ` Did you mean "${match}"?`;
}
