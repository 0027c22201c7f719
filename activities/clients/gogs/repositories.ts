import { z } from 'zod';
import { PermanentError } from '../../errors.js';
import { readOrNothing, segment, type Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';

/** A repository by its owner, a user or an organisation, and its name. */
export type RepositoryName = { owner: string; name: string };

const Repository = z
  .object({ private: z.boolean(), default_branch: z.string() })
  .transform(({ private: isPrivate, default_branch: defaultBranch }) => ({ isPrivate, defaultBranch }));
export type Repository = z.infer<typeof Repository>;

/** Path of a repository, or of what is below it. */
export function repositoryPath({ owner, name }: RepositoryName, below?: string): string {
  const path = `repos/${segment(owner)}/${segment(name)}`;
  return below === undefined ? path : `${path}/${below}`;
}

/** @returns undefined when there is none, or none that the login may see */
export function readRepository(gogs: Gogs, repository: RepositoryName): Promise<Repository | undefined> {
  return readOrNothing(gogs, repositoryPath(repository), Repository);
}

/**
 * The private repository of an organisation, made without a commit when it is not there.
 * @throws PermanentError when it is public: Gogs has no request that changes that
 * @throws ApiError 403 when the user of the login does not own the organisation, 404 when there is none
 */
export async function ensureRepository(
  gogs: Gogs,
  { owner, name }: RepositoryName,
  description: string,
): Promise<Repository> {
  const repository = await lookApplyLook(
    `Gogs' repository ${owner}/${name}`,
    () => readRepository(gogs, { owner, name }),
    () =>
      gogs.request({
        method: 'POST',
        // Singular: the plural only lists.
        path: `org/${segment(owner)}/repos`,
        body: { name: segment(name), description, private: true },
      }),
  );
  if (repository.isPrivate) return repository;
  throw new PermanentError(
    `Gogs' repository ${owner}/${name} is public: make it private in its settings, everybody could read it`,
  );
}
