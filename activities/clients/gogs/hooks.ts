import { z } from 'zod';
import type { Gogs } from './gogs.js';
import { lookApplyLook } from './look-apply-look.js';
import { repositoryPath, type RepositoryName } from './repositories.js';

const Hooks = z.array(
  z.object({
    id: z.int(),
    type: z.string(),
    active: z.boolean(),
    events: z.array(z.string()),
    config: z.object({ url: z.string(), content_type: z.string() }),
  }),
);
export type Hook = z.infer<typeof Hooks>[number];

/** What is told of each push. The secret signs what is sent; Gogs never shows it again. */
export type WantedHook = { url: string; secret: string };

export async function hooksOf(gogs: Gogs, repository: RepositoryName): Promise<Hook[]> {
  const path = repositoryPath(repository, 'hooks');
  return (await gogs.request({ method: 'GET', path, answer: Hooks })).body;
}

/**
 * The one hook of a repository that tells this address of each push. Gogs keeps as many of an address as it is asked for,
 * so those that are not as wanted are deleted, and doubles too. A new secret needs `deleteHooks` first: which one a hook has
 * cannot be read, and Gogs changes it by no request.
 */
export function ensureHook(gogs: Gogs, repository: RepositoryName, wanted: WantedHook): Promise<Hook> {
  const known = async (): Promise<Hook[]> =>
    (await hooksOf(gogs, repository)).filter(({ config }) => config.url === wanted.url);
  const look = async (): Promise<Hook | undefined> => {
    const hooks = await known();
    const [first] = hooks;
    return hooks.length === 1 && first !== undefined && isRight(first) ? first : undefined;
  };
  return lookApplyLook(`Gogs' hook for ${new URL(wanted.url).host}`, look, async () => {
    const hooks = await known();
    const kept = hooks.find(isRight);
    for (const hook of hooks) if (hook !== kept) await deleteHook(gogs, repository, hook.id);
    if (kept !== undefined) return;
    await gogs.request({
      method: 'POST',
      path: repositoryPath(repository, 'hooks'),
      body: {
        type: 'gogs',
        config: { url: wanted.url, content_type: 'json', secret: wanted.secret },
        events: ['push'],
        active: true,
      },
    });
  });
}

/** Deletes all hooks of an address. */
export async function deleteHooks(gogs: Gogs, repository: RepositoryName, url: string): Promise<void> {
  for (const { id, config } of await hooksOf(gogs, repository))
    if (config.url === url) await deleteHook(gogs, repository, id);
}

async function deleteHook(gogs: Gogs, repository: RepositoryName, id: number): Promise<void> {
  const path = repositoryPath(repository, `hooks/${id}`);
  await gogs.request({ method: 'DELETE', path, accept: [204, 404] });
}

function isRight({ type, active, events, config }: Hook): boolean {
  return type === 'gogs' && active && events.join() === 'push' && config.content_type === 'json';
}
