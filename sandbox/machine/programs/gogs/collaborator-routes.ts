import { allows } from './access.js';
import { bare, json, noContent } from './answer.js';
import { shownPermissions, shownUser } from './formats.js';
import type { RepositoryCall, Route } from './route.js';
import { isCalled, type Mode, type User } from './state.js';

const one = /^repos\/([^/]+)\/([^/]+)\/collaborators\/([^/]+)$/;

export const collaboratorRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: /^repos\/([^/]+)\/([^/]+)\/collaborators$/,
    for: 'repository',
    mode: 'admin',
    act: ({ gogs, state, repository }) =>
      json(
        200,
        repository.collaborators.flatMap(({ userId, mode }) =>
          state.users
            .filter(({ id }) => id === userId)
            .map((user) => ({ ...shownUser(gogs.settings, user), permissions: shownPermissions(mode) })),
        ),
      ),
  },
  {
    on: 'GET',
    path: one,
    for: 'repository',
    mode: 'admin',
    act: (call) => {
      const user = userOf(call);
      if (!call.repository.collaborators.some(({ userId }) => userId === user.id)) throw bare(404);
      return noContent();
    },
  },
  {
    on: 'PUT',
    path: one,
    for: 'repository',
    mode: 'admin',
    rules: {},
    changes: true,
    act: (call) => {
      const { gogs, repository, owner, fields, mode } = call;
      const user = userOf(call);
      const known = repository.collaborators.find(({ userId }) => userId === user.id);
      const before = known?.mode;
      const entry: { userId: number; mode: Mode } = known ?? { userId: user.id, mode: 'write' };
      if (known === undefined) repository.collaborators.push(entry);
      const wanted = modeOf(fields['permission']);
      if (wanted !== undefined && allows(mode, wanted)) entry.mode = wanted;
      if (entry.mode === before) return noContent();
      gogs.machine.effect('gogs-collaborator-set', {
        repository: `${owner.name}/${repository.name}`,
        user: user.name,
        mode: entry.mode,
      });
      return noContent();
    },
  },
  {
    on: 'DELETE',
    path: one,
    for: 'repository',
    mode: 'admin',
    changes: true,
    act: (call) => {
      const { gogs, repository, owner } = call;
      const user = userOf(call);
      const others = repository.collaborators.filter(({ userId }) => userId !== user.id);
      if (others.length === repository.collaborators.length) return noContent();
      repository.collaborators = others;
      gogs.machine.effect('gogs-collaborator-removed', {
        repository: `${owner.name}/${repository.name}`,
        user: user.name,
      });
      return noContent();
    },
  },
];

/** @throws Refusal 422 for a user that is not there */
function userOf({ state, names }: RepositoryCall): User {
  const found = state.users.find(isCalled(names[2]!));
  if (found === undefined) throw bare(422);
  return found;
}

/** What is none of the other two is `read`; nothing at all leaves the mode as it is. */
function modeOf(permission: unknown): Mode | undefined {
  if (typeof permission !== 'string') return undefined;
  return permission === 'write' || permission === 'admin' ? permission : 'read';
}
