import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Blobs } from './effects.js';

/** Texts in files named by their hash, readable by this user only: this vCenter's datastore. */
export function blobsIn(stateFolder: string): Blobs {
  const folder = join(stateFolder, 'vcenter-blobs');
  return {
    keep: (text) => {
      const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return name;
    },
    load: (name) => readFileSync(join(folder, name), 'utf8'),
  };
}
