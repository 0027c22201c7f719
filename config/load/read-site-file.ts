import { readFile } from 'node:fs/promises';
import { exitCodes, UserError } from '../errors.js';

/** The text of a site file. @throws UserError with exit code 15 that says why it cannot be read. */
export async function readSiteFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file. Write one with socle init' : `it cannot be read (${code})`;
    throw new UserError(`${path}: ${why}`, exitCodes.siteFile);
  }
}
