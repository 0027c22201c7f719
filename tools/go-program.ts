import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Of what the compiler says; a first build names every module that it downloads. */
const compilerBytes = 16 * 1024 * 1024;

/**
 * A program of this folder that is written in Go, built where the cache does not hold it yet.
 * @param name folder of its sources, and the program's name
 * @param cacheFolder where built programs are kept; the name there carries a hash of the sources
 * @param flags of `go build`
 * @returns its path
 * @throws Error with the compiler's words when Go is missing or the build fails
 */
export async function goProgram(
  name: string,
  cacheFolder: string,
  flags: readonly string[] = [],
): Promise<string> {
  const source = goSources(name);
  const hash = createHash('sha256');
  for (const file of readdirSync(source).sort()) hash.update(readFileSync(join(source, file)));
  const program = join(cacheFolder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  await mkdir(cacheFolder, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  await run('go', ['build', ...flags, '-o', unfinished, '.'], { cwd: source, maxBuffer: compilerBytes });
  await rename(unfinished, program);
  return program;
}

/** Where the sources of such a program are: they stay there when the rest is compiled. */
export function goSources(name: string): string {
  return join(import.meta.dirname, name).replace(`${sep}dist${sep}`, sep);
}
