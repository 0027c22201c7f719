/** Keys and list positions from the root of the site file: `['zones', 'dmz', 'range']`. */
export type Path = readonly (string | number)[];

/** A mistake without its place: `message` is "what. remedy". */
export type Finding = { path: Path; message: string };

/** A mistake in a site file. `path` is empty for what concerns the file itself. */
export type Problem = { file: string; line: number; path: string; message: string };

const width = 80;

/** `['administrators', 0, 'keys']` → `administrators[0].keys`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('');
}

/** One line of a problem without wrapping: `site.yaml:12  concurrentUsers: 12.5 is not a whole number`. */
export function problemLine(problem: Problem): string {
  return `${problem.file}:${problem.line}  ${sentence(problem)}`;
}

/** All problems as the terminal shows them: 80 columns, places in one column, long sentences continued below. */
export function problemPage(file: string, problems: readonly Problem[]): string {
  const places = problems.map((problem) => `  ${problem.file}:${problem.line}`);
  const column = Math.max(...places.map((place) => place.length)) + 3;
  const lines = problems.flatMap((problem, index) => {
    const [first = '', ...rest] = wrapped(sentence(problem), Math.max(width - column, 30));
    return [(places[index] ?? '').padEnd(column) + first, ...rest.map((line) => ' '.repeat(column) + line)];
  });
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return [`${file}: ${count}, nothing was started`, '', ...lines].join('\n');
}

function sentence(problem: Problem): string {
  return problem.path === '' ? problem.message : `${problem.path}: ${problem.message}`;
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
