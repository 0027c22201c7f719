import { bare, json, refused } from './answer.js';
import { textOf } from './bound.js';
import { newToken } from './credentials.js';
import { shownUser } from './formats.js';
import type { Route } from './route.js';
import { accountCalled } from './state.js';

/** Both requests for tokens are about who asks, whatever name is in the path. */
export const userRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: /^user$/,
    for: 'token',
    act: ({ gogs, login }) => json(200, shownUser(gogs.settings, login.user)),
  },
  {
    on: 'GET',
    path: /^users\/([^/]+)$/,
    for: 'anybody',
    act: ({ gogs, state, names, login }) => {
      const found = accountCalled(state, names[0]!);
      if (found === undefined) throw bare(404);
      const shown = shownUser(gogs.settings, found);
      return json(200, login === undefined ? { ...shown, email: '' } : shown);
    },
  },
  {
    on: 'GET',
    path: /^users\/([^/]+)\/tokens$/,
    for: 'password',
    act: ({ login }) =>
      json(
        200,
        login.user.tokens.map(({ name, sha256 }) => ({ name, sha1: sha256.slice(0, 40) })),
      ),
  },
  {
    on: 'POST',
    path: /^users\/([^/]+)\/tokens$/,
    for: 'password',
    rules: { name: ['Name', 'Required'] },
    changes: true,
    act: ({ gogs, login: { user }, fields }) => {
      const name = textOf(fields['name']);
      if (user.tokens.some((token) => token.name === name))
        throw refused(422, `access token already exists: map[name:${name} userID:${user.id}]`);
      const { token, secret } = newToken(name);
      user.tokens.push(token);
      gogs.machine.effect('gogs-token-issued', { user: user.name, name });
      return json(201, { name, sha1: secret });
    },
  },
];
