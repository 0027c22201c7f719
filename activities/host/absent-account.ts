import { command } from './command.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** No local account of this name, and no group of its own. Needs getent, userdel. */
export function absentAccount(name: string): Resource {
  return command({
    title: `no service account ${name}`,
    unless: `! getent passwd ${quote(name)}`,
    run: `userdel ${quote(name)}`,
    reason: 'present',
  });
}
