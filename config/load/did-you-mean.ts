import { closest, distance } from 'fastest-levenshtein';

/** ` Did you mean "approvals"?` when a known word is near enough to be meant, otherwise nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const best = closest(
    word.toLowerCase(),
    known.map((each) => each.toLowerCase()),
  );
  const match = known.find((each) => each.toLowerCase() === best);
  if (match === undefined || distance(word.toLowerCase(), best) > Math.max(2, Math.floor(word.length / 3)))
    return '';
  return ` Did you mean "${match}"?`;
}
