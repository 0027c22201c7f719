import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './command.js';
import { namespacesFolder, runFolder } from './names.js';
import { mountPoints } from './overlay.js';

/** Says that the folder of named namespaces was not a mount before: `ip netns add` makes it one, and never undoes that. */
const noteFile = join(runFolder, 'namespaces-folder');

export async function noteNamespacesFolder(): Promise<void> {
  if (!(await mountPoints()).includes(namespacesFolder)) await writeFile(noteFile, '');
}

/** Makes it what it was, unless somebody else has a namespace there by now. */
export async function releaseNamespacesFolder(): Promise<void> {
  if (!existsSync(noteFile) || (await readdir(namespacesFolder)).length > 0) return;
  if ((await mountPoints()).includes(namespacesFolder)) await run(['umount', namespacesFolder]);
  await rm(noteFile);
}
