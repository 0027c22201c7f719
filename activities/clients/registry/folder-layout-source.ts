import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PermanentError } from '../../errors.js';
import type { ImageSource } from './image-source.js';
import { layoutSource } from './layout-source.js';

/** An OCI image layout in a folder of this computer. */
export function folderLayoutSource(folder: string): ImageSource {
  return layoutSource({
    name: folder,
    read: async (path) => {
      try {
        return await readFile(join(folder, path));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw unreadable(join(folder, path), error);
      }
    },
    open: async (path, from) => {
      const file = await open(join(folder, path)).catch((error: unknown) => {
        throw unreadable(join(folder, path), error);
      });
      return createReadStream('', { fd: file, start: from });
    },
  });
}

function unreadable(path: string, error: unknown): PermanentError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new PermanentError(code === 'ENOENT' ? `${path} is missing` : `${path} cannot be read: ${message}`);
}
