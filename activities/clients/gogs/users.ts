import { z } from 'zod';
import { readOrNothing, segment, type Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';

const Named = z.object({ username: z.string() });

export type WantedUser = { username: string; email: string; password: string };

/**
 * Whether somebody has this password, which only who has it can ask.
 * @param gogs logged in with it
 */
export async function passwordIsRight(gogs: Gogs, username: string): Promise<boolean> {
  const path = `users/${segment(username)}/tokens`;
  const { status } = await gogs.request({ method: 'GET', path, accept: [200, 401, 403] });
  return status === 200;
}

/** @returns false also for an organisation of this name in Gitea; Gogs takes both for users */
export async function userExists(gogs: Gogs, username: string): Promise<boolean> {
  return (await readOrNothing(gogs, `users/${segment(username)}`, Named)) !== undefined;
}

/**
 * A user without any right of its own, made when it is not there; its password is not looked at then (`setPassword`).
 * @param gogs an administrator's token
 * @throws ApiError 422 when the address belongs to somebody else
 */
export async function ensureUser(gogs: Gogs, { username, email, password }: WantedUser): Promise<void> {
  await lookApplyLook(
    `Gogs' user ${username}`,
    async () => (await userExists(gogs, username)) || undefined,
    () =>
      gogs.request({
        method: 'POST',
        path: 'admin/users',
        // Gitea would want a new password at the first login otherwise.
        body: {
          username: segment(username),
          email,
          password,
          send_notify: false,
          must_change_password: false,
        },
      }),
  );
}

/**
 * Gives a user this password in place of any other.
 * @param gogs an administrator's token
 * @throws ApiError 404 or 422 when there is no such user
 */
export async function setPassword(gogs: Gogs, { username, email, password }: WantedUser): Promise<void> {
  await gogs.request({
    method: 'PATCH',
    path: `admin/users/${segment(username)}`,
    // The first two are how Gogs and Gitea say that the user is theirs and no directory's.
    body: { source_id: 0, login_name: username, email, password, must_change_password: false },
    accept: [200],
  });
}
