import { z } from 'zod';
import { dataOf, type Vault } from './vault.js';

/** Secrets engines (`sys/mounts`) and auth methods (`sys/auth`) are managed alike. */
export type MountKind = 'mounts' | 'auth';

const Mount = z
  .object({
    type: z.string(),
    accessor: z.string(),
    options: z.record(z.string(), z.string()).nullish(),
    config: z.object({ max_lease_ttl: z.int() }),
  })
  .transform(({ type, accessor, options, config }) => ({
    type,
    accessor,
    options: options ?? {},
    maxLeaseSeconds: config.max_lease_ttl,
  }));
export type Mount = z.infer<typeof Mount>;

/** What is mounted, by path without its last slash. */
export async function mountsOf(vault: Vault, kind: MountKind): Promise<Map<string, Mount>> {
  const answer = dataOf(z.record(z.string(), Mount));
  const { body } = await vault.request({ method: 'GET', path: `sys/${kind}`, answer });
  return new Map(Object.entries(body).map(([path, mount]) => [path.replace(/\/$/, ''), mount]));
}

export type WantedMount = {
  type: string;
  options?: Readonly<Record<string, string>>;
  maxLeaseSeconds?: number;
};

/** @throws ApiError when something is mounted there already: 400 or, from Vault 1.21, 409 */
export async function mount(vault: Vault, kind: MountKind, path: string, wanted: WantedMount): Promise<void> {
  const { type, options, maxLeaseSeconds } = wanted;
  await vault.request({
    method: 'POST',
    path: `sys/${kind}/${path}`,
    body: {
      type,
      ...(options === undefined ? {} : { options }),
      ...(maxLeaseSeconds === undefined ? {} : { config: { max_lease_ttl: `${maxLeaseSeconds}s` } }),
    },
  });
}

/** Changes how long what a mount gives out may last. */
export async function tuneMount(
  vault: Vault,
  kind: MountKind,
  path: string,
  maxLeaseSeconds: number,
): Promise<void> {
  await vault.request({
    method: 'POST',
    path: `sys/${kind}/${path}/tune`,
    body: { max_lease_ttl: `${maxLeaseSeconds}s` },
  });
}

/** Takes a mount away with all that it holds; nothing happens when there is none. */
export async function unmount(vault: Vault, kind: MountKind, path: string): Promise<void> {
  await vault.request({ method: 'DELETE', path: `sys/${kind}/${path}` });
}
