import { z } from 'zod';
import { ApiError, NotReadyError } from '../../errors.js';
import { segment, type Gogs } from './gogs.js';

const Tokens = z.array(z.object({ name: z.string() }));
const Token = z.object({ name: z.string(), sha1: z.string().min(40) });

/** A token's name, and what is said instead of a password. */
export type GogsToken = { name: string; secret: string };

/** Names of the tokens of the user who is logged in with a password. @throws ApiError 401 for a token's login */
export async function tokenNames(gogs: Gogs, username: string): Promise<string[]> {
  const { body } = await gogs.request({ method: 'GET', path: pathOf(username), answer: Tokens });
  return body.map(({ name }) => name);
}

/**
 * Makes a token, whose secret is answered this once. There is no request that deletes one, so each purpose counts: a secret
 * that was lost with its answer leaves its number to a token that nobody can use.
 * @param gogs logged in with the password of this user
 * @param purpose what the name begins with, before `-` and the first number that is free
 * @throws ApiError when the answer is lost or the login is refused
 * @throws NotReadyError when somebody else took the name meanwhile
 */
export async function issueToken(gogs: Gogs, username: string, purpose: string): Promise<GogsToken> {
  const name = freeName(await tokenNames(gogs, username), purpose);
  try {
    const request = { method: 'POST', path: pathOf(username), body: { name }, answer: Token } as const;
    return { name, secret: (await gogs.request(request)).body.sha1 };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error;
    const taken = (await tokenNames(gogs, username)).includes(name);
    throw taken ? new NotReadyError(`Gogs' token ${name}`, 'somebody else made it') : error;
  }
}

function freeName(taken: readonly string[], purpose: string): string {
  const names = new Set(taken);
  let number = 1;
  while (names.has(`${purpose}-${number}`)) number += 1;
  return `${purpose}-${number}`;
}

function pathOf(username: string): string {
  return `users/${segment(username)}/tokens`;
}
