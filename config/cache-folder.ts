import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloaded and built programs are kept between runs: `SOCLE_CACHE`, or `socle` in the user's cache folder. */
export function cacheFolder(): string {
  return (
    process.env['SOCLE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'socle')
  );
}
