import { z } from 'zod';
import { dataOf, type Vault } from './vault.js';

const Own = dataOf(z.object({ policies: z.array(z.string()), ttl: z.int(), path: z.string() }));
export type OwnToken = z.infer<typeof Own>;

/** What the client's own token may do and how many seconds it lasts. @throws ApiError 403 when it is no longer valid */
export async function ownToken(vault: Vault): Promise<OwnToken> {
  return (await vault.request({ method: 'GET', path: 'auth/token/lookup-self', answer: Own })).body;
}

/** Ends the client's own token; with it goes everything that was made with it. */
export async function revokeOwnToken(vault: Vault): Promise<void> {
  await vault.request({ method: 'POST', path: 'auth/token/revoke-self' });
}

export const Login = z
  .object({ auth: z.object({ client_token: z.string() }) })
  .transform(({ auth }) => auth.client_token);
