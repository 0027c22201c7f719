import { z } from 'zod';
import type { Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';
import { repositoryPath, type RepositoryName } from './repositories.js';

const DeployKeys = z.array(z.object({ id: z.int(), title: z.string(), key: z.string() }));
export type DeployKey = z.infer<typeof DeployKeys>[number];

/** Keys that may read this repository over SSH. */
export async function deployKeys(gogs: Gogs, repository: RepositoryName): Promise<DeployKey[]> {
  const path = repositoryPath(repository, 'keys');
  return (await gogs.request({ method: 'GET', path, answer: DeployKeys })).body;
}

/**
 * Lets the bearer of a key read a repository, in place of another key of that title and of another title of that key: Gogs
 * knows each once.
 * @param key public, as OpenSSH writes it; its comment counts for nothing
 * @throws ApiError when the key belongs to a user; Gogs answers 500 then, and says why in its log alone
 */
export function ensureDeployKey(
  gogs: Gogs,
  repository: RepositoryName,
  title: string,
  key: string,
): Promise<DeployKey> {
  const known = async (): Promise<DeployKey[]> =>
    (await deployKeys(gogs, repository)).filter((one) => one.title === title || isSame(one.key, key));
  const look = async (): Promise<DeployKey | undefined> => {
    const keys = await known();
    const [first] = keys;
    return keys.length === 1 && first?.title === title && isSame(first.key, key) ? first : undefined;
  };
  return lookApplyLook(`Gogs' deploy key ${title}`, look, async () => {
    for (const { id } of await known()) await deleteDeployKey(gogs, repository, id);
    await gogs.request({
      method: 'POST',
      path: repositoryPath(repository, 'keys'),
      body: { title, key },
    });
  });
}

/** Nothing happens when there is none. */
export async function deleteDeployKey(gogs: Gogs, repository: RepositoryName, id: number): Promise<void> {
  const path = repositoryPath(repository, `keys/${id}`);
  await gogs.request({ method: 'DELETE', path, accept: [204, 404] });
}

function isSame(one: string, other: string): boolean {
  return materialOf(one) === materialOf(other);
}

/** Type and key without the comment. */
function materialOf(key: string): string {
  return key.trim().split(/\s+/).slice(0, 2).join(' ');
}
