import type { Machine } from '../../../../config/machine.js';
import type { Gogs } from '../../../clients/gogs/gogs.js';
import { resultOf, type Step, type StepContext } from '../../../role.js';
import { activeMachine } from './active.js';
import { userOf } from './administrator.js';
import { gogsAt, type GogsAt } from './gogs-at.js';
import { gitopsBranch, gitopsRepository, gogsUsers } from './settings.js';
import { keptToken, newToken } from './token.js';

/** The organisation, its repository with a first commit, and a user who reads it and does nothing else. */
export const platformStep: Step = {
  id: 'platform',
  title: 'organisation, repository and its reader',
  on: 'site',
  profile: 'host',
  after: ['install-gogs.administrator'],
  check: async (context) => resultOf(await platformProblems(context, await activeMachine(context))),
  apply: async (context) => {
    const gogs = await gogsAt(context, await activeMachine(context));
    const kept = await keptToken(context, gogs);
    const token = kept ?? (await newToken(context, gogs));
    const changes = kept === undefined ? ['token of the administrator'] : [];
    const asAdministrator = gogs.as({ token });
    changes.push(...(await makeRepository(context, gogs, asAdministrator, token)));
    changes.push(...(await makeReader(context, gogs, asAdministrator)));
    return changes.map((change) => `${gogs.machine.name}: ${change}`);
  },
};

/** Reads only. @param active the machine that serves */
export async function platformProblems(context: StepContext, active: Machine): Promise<string[]> {
  const gogs = await gogsAt(context, active);
  const { owner, name } = gitopsRepository;
  const token = await keptToken(context, gogs);
  if (token === undefined) return [`${gogs.machine.name}: no token of the administrator is kept`];
  const { readRepository } = await import('../../../clients/gogs/repositories.js');
  const repository = await readRepository(gogs.as({ token }), gitopsRepository);
  if (repository === undefined) return [`${gogs.machine.name}: there is no repository ${owner}/${name}`];
  const problems: string[] = [];
  if (!repository.isPrivate) problems.push(`${owner}/${name} is public`);
  if ((await headOf(gogs, token)) === undefined) problems.push(`${owner}/${name} has no ${gitopsBranch}`);
  const access = await readerAccess(context, gogs);
  if (access !== 'read')
    problems.push(`${gogsUsers.reader} may ${access === 'none' ? 'not read' : 'write'} ${owner}/${name}`);
  return problems.map((problem) => `${gogs.machine.name}: ${problem}`);
}

async function makeRepository(
  context: StepContext,
  gogs: GogsAt,
  asAdministrator: Gogs,
  token: string,
): Promise<string[]> {
  const { ensureOrganisation } = await import('../../../clients/gogs/organisations.js');
  const { ensureRepository, readRepository } = await import('../../../clients/gogs/repositories.js');
  const { owner, name } = gitopsRepository;
  const had = await readRepository(asAdministrator, gitopsRepository);
  context.progress(`repository ${owner}/${name}`);
  await ensureOrganisation(asAdministrator, owner, `The platform ${context.site.name}`);
  await ensureRepository(asAdministrator, gitopsRepository, 'What Argo CD brings about');
  const changes = had === undefined ? [`repository ${owner}/${name}`] : [];
  if ((await headOf(gogs, token)) !== undefined) return changes;
  const { commitFiles } = await import('../../../clients/git/commit-files.js');
  const { administrator } = gogsUsers;
  await commitFiles(gogs.repository({ username: administrator, password: token }), {
    branch: gitopsBranch,
    changes: new Map([['README.md', Buffer.from(readme(context.site.name))]]),
    author: { name: 'Socle', email: `${administrator}@${context.site.domain}` },
    message: `Begin ${name}`,
  });
  return [...changes, `first commit of ${owner}/${name}`];
}

async function makeReader(context: StepContext, gogs: GogsAt, asAdministrator: Gogs): Promise<string[]> {
  if ((await readerAccess(context, gogs)) === 'read') return [];
  const { ensureReader } = await import('../../../clients/gogs/collaborators.js');
  const { ensureUser, passwordIsRight, setPassword } = await import('../../../clients/gogs/users.js');
  const reader = userOf(context, gogsUsers.reader);
  const { username, password } = reader;
  context.progress(`reader ${username}`);
  await ensureUser(asAdministrator, reader);
  if (!(await passwordIsRight(gogs.as({ username, password }), username)))
    await setPassword(asAdministrator, reader);
  await ensureReader(asAdministrator, gitopsRepository, username, () => readerAccess(context, gogs));
  return [`reader ${username}`];
}

async function readerAccess(context: StepContext, gogs: GogsAt) {
  const { gitAccess } = await import('../../../clients/git/access.js');
  const { username, password } = userOf(context, gogsUsers.reader);
  return gitAccess(gogs.repository({ username, password }));
}

async function headOf(gogs: GogsAt, token: string): Promise<string | undefined> {
  const { branchHead } = await import('../../../clients/git/head.js');
  const login = { username: gogsUsers.administrator, password: token };
  return branchHead(gogs.repository(login), gitopsBranch);
}

function readme(site: string): string {
  return `# ${site}

What Argo CD brings about on this platform. Socle writes here; whatever else is committed stays.
`;
}
