import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** A line that is typed without being shown, or what is piped in. Without the line's end. */
export async function hiddenLine(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, next) => next() });
  if (stdin.isTTY) stderr.write(question);
  const input = createInterface({ input: stdin, output: nowhere, terminal: stdin.isTTY });
  try {
    for await (const line of input) return line.trim();
    return '';
  } finally {
    input.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
