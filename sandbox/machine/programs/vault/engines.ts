import { approle } from './auth/approle.js';
import { certificateLogins } from './auth/certificates.js';
import { tokenRoutes } from './auth/token.js';
import { kv } from './kv.js';
import { pki } from './pki/routes.js';
import type { Route } from './route.js';
import { system } from './system/routes.js';
import type { Mount, VaultState } from './state.js';
import { transit } from './transit.js';

/** What each type of engine and auth method answers. */
export const engines: Readonly<Record<string, readonly Route[]>> = {
  system,
  token: tokenRoutes,
  kv,
  pki,
  transit,
  approle,
  cert: certificateLogins,
};

export type Found = { mount: Mount; mountPath: string; path: string; routes: readonly Route[] };

/** The mount that a path belongs to, the one with the longest name; undefined when there is none. */
export function mountOf(state: VaultState, path: string): Found | undefined {
  const isAuth = path.startsWith('auth/');
  const [prefix, mounts] = isAuth ? ['auth/', state.auth] : ['', state.mounts];
  const below = path.slice(prefix.length);
  const name = Object.keys(mounts)
    .filter((candidate) => `${below}/`.startsWith(candidate))
    .sort((one, other) => other.length - one.length)[0];
  if (name === undefined) return undefined;
  const mount = mounts[name]!;
  return {
    mount,
    mountPath: prefix + name,
    path: below.slice(name.length).replace(/\/$/, ''),
    routes: engines[mount.type] ?? [],
  };
}
