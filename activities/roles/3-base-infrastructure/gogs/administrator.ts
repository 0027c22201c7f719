import { PermanentError } from '../../../errors.js';
import { runOn } from '../../../host/run-on.js';
import { done, todo, type Step, type StepContext } from '../../../role.js';
import { activeMachine } from './active.js';
import { firstUserScript, type FirstUser } from './first-user.js';
import { gogsAt, type GogsAt } from './gogs-at.js';
import { gogsUsers } from './settings.js';
import { gogsSettings } from './state.js';
import { keptToken } from './token.js';

/** Socle's own user, who is the first one and therefore the administrator, with the password that the master key gives. */
export const administratorStep: Step = {
  id: 'administrator',
  title: 'first user',
  on: 'site',
  profile: 'host',
  after: ['install-gogs.running'],
  check: async (context) => {
    const gogs = await gogsAt(context, await activeMachine(context));
    return (await hasPassword(context, gogs))
      ? done
      : todo(`${gogs.machine.name}: Gogs does not know ${gogsUsers.administrator} with its present password`);
  },
  apply: async (context) => {
    const gogs = await gogsAt(context, await activeMachine(context));
    const { machine } = gogs;
    const user = administratorOf(context);
    // A user who is there has an older password; only an administrator's token changes it.
    const token = await keptToken(context, gogs);
    if (token !== undefined) {
      const { setPassword } = await import('../../../clients/gogs/users.js');
      await setPassword(gogs.as({ token }), user);
      return [`${machine.name}: password of ${user.username}`];
    }
    context.progress(`register ${user.username} on ${machine.name}`);
    const script = firstUserScript(gogsSettings(context), user);
    const answer = await runOn(context, machine, script, 'register the first user of Gogs');
    await gogs.answers();
    if (!(await hasPassword(context, gogs))) throw registered(machine.name, user, answer.trim());
    return [`${machine.name}: user ${user.username}`];
  },
};

/** The answer does not count, only who can log in afterwards; it tells why nobody can. */
function registered(name: string, { username }: FirstUser, answer: string): PermanentError {
  return new PermanentError(
    `${name}: Gogs did not take ${username} as a new user (${answer || 'no answer'}): it has a user of that name with another password, or that e-mail address belongs to somebody. Give ${username} the password that this prints: socle password FILE gogs/${username}. Then: socle retry`,
  );
}

export function administratorOf({ site, secrets }: Pick<StepContext, 'site' | 'secrets'>): FirstUser {
  return userOf({ site, secrets }, gogsUsers.administrator);
}

/** A user whose password the master key gives. */
export function userOf(
  { site, secrets }: Pick<StepContext, 'site' | 'secrets'>,
  username: string,
): FirstUser {
  return { username, email: `${username}@${site.domain}`, password: secrets.gogsPassword(username) };
}

async function hasPassword(context: StepContext, gogs: GogsAt): Promise<boolean> {
  const { passwordIsRight } = await import('../../../clients/gogs/users.js');
  const { username, password } = administratorOf(context);
  return passwordIsRight(gogs.as({ username, password }), username);
}
