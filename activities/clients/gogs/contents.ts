import { z } from 'zod';
import { readOrNothing, type Gogs } from './gogs.js';
import { repositoryPath, type RepositoryName } from './repositories.js';

const Entry = z.object({ type: z.string(), encoding: z.string().nullish(), content: z.string().nullish() });
/** Of a folder all its entries are answered. */
const Contents = z.union([Entry, z.array(z.unknown())]);

/**
 * One file of a repository at the head of a branch. For several files, and to write, there is the git client: Gogs takes one
 * file a request, on the default branch alone, and none to delete.
 * @returns undefined when there is no such file, or a folder instead
 */
export async function readContent(
  gogs: Gogs,
  repository: RepositoryName,
  path: string,
  branch: string,
): Promise<Buffer | undefined> {
  const segments = path.split('/').map(fileSegment).join('/');
  const found = await readOrNothing(gogs, repositoryPath(repository, `contents/${segments}`), Contents, {
    ref: branch,
  });
  if (found === undefined || Array.isArray(found) || found.type !== 'file') return undefined;
  return Buffer.from(found.content ?? '', 'base64');
}

function fileSegment(name: string): string {
  if (/^\.{0,2}$/.test(name)) throw new Error(`${JSON.stringify(name)} is no part of a file's path`);
  return encodeURIComponent(name);
}
