/**
 * One POSIX shell word that expands to exactly `text`.
 * @throws Error for text with a NUL, which no shell can hold
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new Error('a shell word cannot hold a NUL');
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(text) && !text.includes('=')) return text;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line of quoted words. */
export function commandLine(...words: string[]): string {
  return words.map(quote).join(' ');
}
