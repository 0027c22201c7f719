import type { GitAccess } from '../git/access.js';
import { segment, type Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';
import { repositoryPath, type RepositoryName } from './repositories.js';

/**
 * Lets a user read a repository, and takes from one who may do more what is more.
 * @param gogs a token of who administers the repository
 * @param access what the user may do there, asked with the user's own login
 */
export async function ensureReader(
  gogs: Gogs,
  repository: RepositoryName,
  username: string,
  access: () => Promise<GitAccess>,
): Promise<void> {
  await lookApplyLook(
    `Gogs' reader ${username} of ${repository.owner}/${repository.name}`,
    async () => ((await access()) === 'read' ? 'read' : undefined),
    () =>
      gogs.request({
        method: 'PUT',
        path: repositoryPath(repository, `collaborators/${segment(username)}`),
        body: { permission: 'read' },
        accept: [204],
      }),
  );
}
