import { bare, json, notSimulated, refused, unexpected } from './answer.js';
import { textOf } from './bound.js';
import { shownRepository } from './formats.js';
import { gitStore, initialise } from './git-store.js';
import { repositoryNameProblem } from './names.js';
import type { Route } from './route.js';
import { isCalled, repositoryCalled, takeId, type Repository } from './state.js';

export const repositoryRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: /^repos\/([^/]+)\/([^/]+)$/,
    for: 'repository',
    mode: 'read',
    anyLogin: true,
    act: ({ gogs, repository, owner, mode }) =>
      json(200, shownRepository(gogs.settings, repository, owner, mode)),
  },
  {
    on: 'POST',
    path: /^org\/([^/]+)\/repos$/,
    for: 'token',
    rules: {
      name: ['Name', 'Required', 'AlphaDashDot', 'MaxSize(100)'],
      description: ['Description', 'MaxSize(255)'],
    },
    changes: true,
    act: async ({ gogs, state, names, login, fields }) => {
      const organisation = state.organisations.find(isCalled(names[0]!));
      if (organisation === undefined) throw bare(404);
      if (!organisation.owners.includes(login.user.id))
        throw refused(403, 'Given user is not owner of organization.');
      if (fields['auto_init'] === true) throw notSimulated('auto_init');
      const name = textOf(fields['name']);
      const store = gitStore(gogs, organisation.name, name);
      // This is found out before the database is asked, and not told as what it is.
      if (await gogs.disk.isFolder(store.gitdir))
        throw unexpected(`repository directory already exists: ${store.gitdir}`);
      const problem = repositoryNameProblem(name);
      if (problem !== undefined) throw refused(422, problem);
      if (repositoryCalled(state, organisation.name, name) !== undefined)
        throw refused(422, `repository already exists: map[name:${name} ownerID:${organisation.id}]`);
      const now = new Date().toISOString();
      const made: Repository = {
        id: takeId(state),
        ownerId: organisation.id,
        name,
        description: textOf(fields['description']),
        // FORCE_PRIVATE is for the pages alone.
        isPrivate: fields['private'] === true,
        isEmpty: true,
        defaultBranch: gogs.settings.defaultBranch,
        created: now,
        updated: now,
        keys: [],
        hooks: [],
        collaborators: [],
      };
      await initialise(store, made.defaultBranch);
      state.repositories.push(made);
      const shown = shownRepository(gogs.settings, made, organisation, 'owner');
      gogs.machine.effect('gogs-repository-made', { repository: shown['full_name'], by: login.user.name });
      return json(201, shown);
    },
  },
];
