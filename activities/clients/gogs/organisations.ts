import { z } from 'zod';
import { segment, type Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';

const Organisations = z.array(z.object({ id: z.int(), username: z.string() }));
export type Organisation = z.infer<typeof Organisations>[number];

/** Organisations that the user of the login is a member of. */
export async function ownOrganisations(gogs: Gogs): Promise<Organisation[]> {
  return (await gogs.request({ method: 'GET', path: 'user/orgs', answer: Organisations })).body;
}

/**
 * The organisation of this name, made when it is not there; who makes it owns it. It is looked for among the user's own:
 * asked for an organisation by name, Gogs also answers with a user who is called so.
 * @throws ApiError 422 when a user, or an organisation that the user is not in, has this name
 */
export function ensureOrganisation(gogs: Gogs, name: string, description: string): Promise<Organisation> {
  return lookApplyLook(
    `Gogs' organisation ${name}`,
    async () => (await ownOrganisations(gogs)).find(({ username }) => username === name),
    () =>
      gogs.request({
        method: 'POST',
        path: 'user/orgs',
        body: { username: segment(name), description },
      }),
  );
}
