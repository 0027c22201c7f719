import { randomBytes } from 'node:crypto';
import { commitFiles } from '../../activities/clients/git/commit-files.js';
import type { GitRemote } from '../../activities/clients/git/remote.js';
import { gogsClient, type Gogs } from '../../activities/clients/gogs/gogs.js';
import { ensureOrganisation } from '../../activities/clients/gogs/organisations.js';
import { ensureRepository } from '../../activities/clients/gogs/repositories.js';
import { issueToken } from '../../activities/clients/gogs/tokens.js';
import { firstUserUnit, simulatedGogs, type GogsMachine, type SimulatedGogs } from './gogs-sandbox.js';
import type { GogsUnderTest } from './gogs-targets.js';

export const repository = { owner: 'platform', name: 'gitops' };

export type ServingGogs = GogsMachine & {
  ca: string;
  admin: { username: string; password: string };
  /** Logged in with a password. */
  basic: (username: string, password: string) => Gogs;
};

export function formOf(username: string, password: string, retype = password): Record<string, string> {
  return { user_name: username, email: `${username}@platform.example`, password, retype };
}

/** A Gogs that serves, and its first user. */
export async function startGogs(
  sandbox: SimulatedGogs,
  hookHosts: readonly string[] = [],
): Promise<ServingGogs> {
  const gogs = await sandbox.boot(hookHosts);
  const admin = { username: 'socle', password: randomBytes(18).toString('base64url') };
  const waits = await gogs.awaitFirstUser();
  const { status, page } = await gogs.signUp(formOf(admin.username, admin.password));
  await gogs.run(`systemctl stop ${firstUserUnit}`);
  const serves = await gogs.serve();
  if (status !== '302' || waits.exitCode !== 0 || serves.exitCode !== 0)
    throw new Error(`Gogs does not serve: ${status} ${page}${waits.stderr}${serves.stderr}`);
  const { ca } = sandbox;
  const basic = (username: string, password: string): Gogs =>
    gogsClient({ url: gogs.url, ca, login: { username, password } });
  return { ...gogs, ca, admin, basic };
}

/** As the contract suites want it. */
export async function gogsUnderTest(): Promise<GogsUnderTest> {
  const sandbox = await simulatedGogs();
  const { url, address, pair, ca, admin } = await startGogs(sandbox);
  return { url, ca, address, pair, admin, close: () => sandbox.close() };
}

/** An organisation with its repository; the answer is the administrator's token, and a client that has it. */
export async function furnish(gogs: ServingGogs): Promise<{ token: string; client: Gogs }> {
  const { username, password } = gogs.admin;
  const { secret: token } = await issueToken(gogs.basic(username, password), username, 'deployment');
  const client = gogsClient({ url: gogs.url, ca: gogs.ca, login: { token } });
  await ensureOrganisation(client, repository.owner, '');
  await ensureRepository(client, repository, '');
  return { token, client };
}

export function remoteOf(
  { url, ca }: Pick<ServingGogs, 'url' | 'ca'>,
  username: string,
  password: string,
): GitRemote {
  return { url: `${url}/${repository.owner}/${repository.name}.git`, ca, login: { username, password } };
}

/** One file with this text, upon whatever is there. */
export async function commitText(remote: GitRemote, text: string): Promise<string> {
  const { commit = '' } = await commitFiles(remote, {
    branch: 'master',
    changes: new Map([['file', Buffer.from(text)]]),
    author: { name: 'Socle', email: 'socle@platform.example' },
    message: text,
  });
  return commit;
}
