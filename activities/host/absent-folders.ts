import { command } from './command.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Nothing is left of these folders and of what is in them. Needs ls, rm. */
export function absentFolders(paths: readonly string[]): Resource {
  const words = paths.map(quote).join(' ');
  return command({
    title: `no folders ${paths.join(', ')}`,
    // ls fails for one that is missing while it lists the others.
    unless: `[ -z "$(ls -d ${words} 2>/dev/null)" ]`,
    run: `rm -rf ${words}`,
    reason: 'present',
  });
}
