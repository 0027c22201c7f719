/** Splits the text of a call at the ends of lines that stand outside of quotes. */
export function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let [line, quoted] = ['', false];
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]!;
    if (char === '\n' && !quoted) {
      lines.push(line);
      line = '';
      continue;
    }
    line += char;
    if (char === "'") quoted = !quoted;
    else if (char === '\\' && !quoted) line += text[(index += 1)] ?? '';
  }
  if (quoted) throw new Error(`a quote is not closed: ${line.slice(0, 80)}`);
  return [...lines, line].filter((each) => each !== '');
}

/**
 * The words of one command as `quote` writes them: bare, in single quotes, or with `\'` between quotes.
 * @throws Error for anything else that a shell would act on
 */
export function words(line: string): string[] {
  const found: string[] = [];
  let index = 0;
  while (index < line.length) {
    if (line[index] === ' ') {
      index += 1;
      continue;
    }
    let word = '';
    while (index < line.length && line[index] !== ' ') {
      const [part, text] = nextPart(line, index);
      word += text;
      index += part;
    }
    found.push(word);
  }
  return found;
}

/** How many characters of the line the next part takes, and the text that it means. */
function nextPart(line: string, index: number): [number, string] {
  if (line[index] === "'") {
    const end = line.indexOf("'", index + 1);
    return [end + 1 - index, line.slice(index + 1, end)];
  }
  if (line.startsWith("\\'", index)) return [2, "'"];
  const bare = /^[A-Za-z0-9_./:@%+,=-]+/.exec(line.slice(index))?.[0];
  if (bare === undefined) throw new Error(`not a plain command: ${line.slice(0, 80)}`);
  return [bare.length, bare];
}
