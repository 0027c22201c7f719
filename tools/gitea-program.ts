import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { goProgram, goSources } from './go-program.js';

const run = promisify(execFile);

/** Module that the program is built from. */
const module = 'code.gitea.io/gitea';

/** Without the second, requests at the same time find the database locked. */
const tags = 'sqlite,sqlite_unlock_notify';

/**
 * Gitea standing in for Gogs, as one file that is called gogs: built from its published module where the cache does not hold
 * it yet, which takes some minutes once and wants a C compiler for SQLite. It needs `git` to run. The module has no web
 * pages' scripts, which only people miss.
 * @param cacheFolder where the built one is kept
 * @throws Error with the compiler's words when it has to be built and cannot be
 */
export async function gogsStandIn(cacheFolder: string): Promise<string> {
  const program = await goProgram('gitea', cacheFolder, ['-trimpath', '-tags', tags, '-ldflags', '-s -w']);
  const standIn = join(`${program}-stand-in`, 'gogs');
  if (existsSync(standIn)) return standIn;
  // Downloads what is missing: a cache of modules may have been emptied since the program was built.
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: goSources('gitea') });
  const { Dir: staticRoot } = JSON.parse(stdout) as { Dir: string };
  await mkdir(dirname(standIn), { recursive: true });
  const unfinished = `${standIn}.${process.pid}`;
  await run(program, ['stand-in', staticRoot, unfinished]);
  await rename(unfinished, standIn);
  return standIn;
}
