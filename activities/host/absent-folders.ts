import { command } from './command.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Nothing is left of these folders and of what is in them. Needs ls, rm. */
export function absentFolders(paths: readonly string[]): Resource {
  const words = paths.map(quote).join(' ');
  return command({
    title: `no folders ${paths.join(', ')}`,
    unless: `! ls -d ${words}`,
    run: `rm -rf ${words}`,
    reason: 'present',
  });
}
