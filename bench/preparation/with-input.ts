import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a program that reads a text, and answers what it printed to both outputs. */
export async function withInput(
  words: readonly string[],
  input: string,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(words[0]!, words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  // Who does not read to the end is no reason to end here.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
