import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const source = join(import.meta.dirname, 'vcsim');
const run = promisify(execFile);

/**
 * The program that runs govmomi's vCenter simulator, built by Go where the cache does not hold it yet.
 * @param cacheFolder where built programs are kept; the name carries a hash of the sources
 * @throws Error with the compiler's words when Go is missing or the build fails
 */
export async function vcsimPath(cacheFolder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(source, file)));
  const program = join(cacheFolder, `vcsim-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  await mkdir(cacheFolder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  await run('go', ['build', '-o', unfinished, '.'], { cwd: source });
  await rename(unfinished, program);
  return program;
}

export type Vcsim = { url: string; caPem: string; close: () => Promise<void> };

/** Starts it on a free port of 127.0.0.1; it ends with `close`, or when this process ends. */
export async function startVcsim(program: string, options: Readonly<Record<string, string>>): Promise<Vcsim> {
  const flags = Object.entries(options).map(([name, content]) => `-${name}=${content}`);
  const child = spawn(program, flags, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { url, caPem } = await firstLine(child);
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  return { url, caPem, close };
}

async function firstLine(
  child: ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream },
): Promise<{ url: string; caPem: string }> {
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint = `${complaint}${part.toString()}`.slice(-500)));
  for await (const line of createInterface({ input: child.stdout }))
    return JSON.parse(line) as { url: string; caPem: string };
  throw new Error(`vcsim ended before it listened: ${complaint}`);
}
