import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Timed = { seconds: number; code: number | null; output: string };

/** Runs a program to its end and says how long that took, from its start to its exit. */
export async function timed(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<Timed> {
  const [program, ...args] = words;
  const started = performance.now();
  const child = spawn(program!, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { seconds: (performance.now() - started) / 1000, code, output };
}
