import { bare, json, noContent, notSimulated, refused } from './answer.js';
import { textOf, type Fields } from './bound.js';
import { hashedPassword } from './credentials.js';
import { shownUser } from './formats.js';
import type { Call, Route } from './route.js';
import { isCalled, type User } from './state.js';
import { emailProblem, makeUser } from './users.js';

const one = /^admin\/users\/([^/]+)$/;
const email = ['Email', 'Required', 'Email', 'MaxSize(254)'] as const;
const common = { full_name: ['FullName', 'MaxSize(100)'], password: ['Password', 'MaxSize(255)'] } as const;

/** What administrators alone may, with a password as well as with a token. */
export const adminRoutes: readonly Route[] = [
  {
    on: 'POST',
    path: /^admin\/users$/,
    for: 'administrator',
    rules: { username: ['Username', 'Required', 'AlphaDashDot', 'MaxSize(35)'], email, ...common },
    changes: true,
    act: ({ gogs, state, login, fields }) => {
      checkSource(fields);
      const made = makeUser(state, {
        name: textOf(fields['username']),
        email: textOf(fields['email']),
        password: textOf(fields['password']),
        fullName: textOf(fields['full_name']),
      });
      if ('problem' in made) throw refused(422, made.problem.message);
      gogs.machine.effect('gogs-user-made', { name: made.user.name, by: login.user.name });
      return json(201, shownUser(gogs.settings, made.user));
    },
  },
  {
    on: 'PATCH',
    path: one,
    for: 'administrator',
    rules: { email, ...common },
    changes: true,
    act: ({ gogs, state, names, login, fields }) => {
      const user = userOf({ state, names });
      checkSource(fields);
      const address = textOf(fields['email']).toLowerCase();
      if (state.users.some((other) => other !== user && other.email === address))
        throw refused(422, emailProblem(address).message);
      user.email = address;
      // What is not said is emptied.
      user.fullName = textOf(fields['full_name']);
      const password = textOf(fields['password']);
      if (password !== '') Object.assign(user, hashedPassword(password));
      if (typeof fields['active'] === 'boolean') user.isActive = fields['active'];
      if (typeof fields['admin'] === 'boolean') user.isAdmin = fields['admin'];
      const detail = { name: user.name, password: password !== '', by: login.user.name };
      gogs.machine.effect('gogs-user-changed', detail);
      return json(200, shownUser(gogs.settings, user));
    },
  },
  {
    on: 'DELETE',
    path: one,
    for: 'administrator',
    changes: true,
    act: ({ gogs, state, names, login }) => {
      const user = userOf({ state, names });
      if (state.repositories.some(({ ownerId }) => ownerId === user.id))
        throw refused(422, `user still has repository ownership: map[userID:${user.id}]`);
      if (state.organisations.some(({ owners }) => owners.includes(user.id)))
        throw refused(422, `user still has organization membership: map[userID:${user.id}]`);
      state.users = state.users.filter((other) => other !== user);
      for (const repository of state.repositories)
        repository.collaborators = repository.collaborators.filter(({ userId }) => userId !== user.id);
      gogs.machine.effect('gogs-user-deleted', { name: user.name, by: login.user.name });
      return noContent();
    },
  },
];

/** Only users with a password of Gogs' own. */
function checkSource(fields: Fields): void {
  if (fields['source_id'] !== undefined && fields['source_id'] !== 0) throw notSimulated('a login source');
}

function userOf({ state, names }: Pick<Call, 'state' | 'names'>): User {
  const found = state.users.find(isCalled(names[0]!));
  if (found === undefined) throw bare(404);
  return found;
}
