import { z } from 'zod';
import type { Gogs } from './gogs.js';

const User = z.object({ id: z.int(), username: z.string() });
export type GogsUser = z.infer<typeof User>;

/** Whom the login belongs to. @throws ApiError 401 when it is nobody's */
export async function ownUser(gogs: Gogs): Promise<GogsUser> {
  return (await gogs.request({ method: 'GET', path: 'user', answer: User })).body;
}
