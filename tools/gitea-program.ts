import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { goProgram, goSources } from './go-program.js';

const run = promisify(execFile);

/** Module that the program is built from. */
const module = 'code.gitea.io/gitea';

/** Without the second, requests at the same time find the database locked. */
const tags = 'sqlite,sqlite_unlock_notify';

/** The program, and the folder whose templates and options it reads while it runs. */
export type GiteaProgram = { program: string; staticRoot: string };

/**
 * Gitea's own program, built from its published module where the cache does not hold it yet, which takes some minutes once
 * and wants a C compiler for SQLite. It needs `git` to run. The module has no web pages' scripts, which only people miss.
 * @param cacheFolder where the built one is kept
 * @throws Error with the compiler's words when it has to be built and cannot be
 */
export async function giteaProgram(cacheFolder: string): Promise<GiteaProgram> {
  const program = await goProgram('gitea', cacheFolder, ['-trimpath', '-tags', tags, '-ldflags', '-s -w']);
  // Downloads what is missing: a cache of modules may have been emptied since the program was built.
  const { stdout } = await run('go', ['mod', 'download', '-json', module], { cwd: goSources('gitea') });
  return { program, staticRoot: (JSON.parse(stdout) as { Dir: string }).Dir };
}
