import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where programs that were obtained once are kept between runs: `SOCLE_CACHE`, or `socle` in the user's cache folder.
 * @see https://specifications.freedesktop.org/basedir-spec/latest/ an empty or relative variable counts as unset
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['SOCLE_CACHE']) return environment['SOCLE_CACHE'];
  const given = environment['XDG_CACHE_HOME'] ?? '';
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'socle');
}
