import type { SealContext } from '../../../../config/secrets-seal.js';
import { runOn } from '../../../host/run-on.js';
import { quote } from '../../../host/quote.js';
import { PermanentError } from '../../../errors.js';
import type { StepContext } from '../../../role.js';
import type { GogsAt } from './gogs-at.js';
import { gogsPaths, gogsUsers } from './settings.js';

const context: SealContext = { name: 'gogs/administrator-token', version: 1, place: gogsPaths.token };

/**
 * What the administrator asks with: Gogs takes the password for tokens alone, and tells a token once. So it lies, sealed,
 * beside the Gogs that it opens.
 * @returns undefined when none is kept, or Gogs takes it no more
 * @throws PermanentError when it was sealed with another master key
 */
export async function keptToken(step: StepContext, gogs: GogsAt): Promise<string | undefined> {
  const sealed = await runOn(
    step,
    gogs.machine,
    `cat ${gogsPaths.token} 2>/dev/null || :\n`,
    'read the token',
  );
  if (sealed.trim() === '') return undefined;
  const secret = opened(step, gogs, sealed.trim());
  const { ownUser } = await import('../../../clients/gogs/own-user.js');
  const { ApiError } = await import('../../../errors.js');
  try {
    const { username } = await ownUser(gogs.as({ token: secret }));
    return username === gogsUsers.administrator ? secret : undefined;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return undefined;
    throw error;
  }
}

/** A new token, kept before anybody asks with it. */
export async function newToken(step: StepContext, gogs: GogsAt): Promise<string> {
  const { issueToken } = await import('../../../clients/gogs/tokens.js');
  const { secrets } = step;
  const username = gogsUsers.administrator;
  const basic = gogs.as({ username, password: secrets.gogsPassword(username) });
  const { secret } = await issueToken(basic, username, 'socle');
  const sealed = secrets.seal.close(secret, context);
  const script = `set -eu
(umask 077 && printf %s ${quote(sealed)} >${gogsPaths.token}.new)
mv -f ${gogsPaths.token}.new ${gogsPaths.token}
sync -f ${gogsPaths.token}
`;
  await runOn(step, gogs.machine, script, 'keep the token');
  return secret;
}

function opened({ secrets }: StepContext, { machine }: GogsAt, sealed: string): string {
  try {
    return secrets.seal.open(sealed, context);
  } catch {
    throw new PermanentError(
      `${machine.name}: ${gogsPaths.token} was sealed with another master key. Give the worker the master key that Gogs was installed with, or delete that file for a new one`,
    );
  }
}
