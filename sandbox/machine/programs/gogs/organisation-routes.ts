import { json, refused } from './answer.js';
import { textOf } from './bound.js';
import { shownOrganisation } from './formats.js';
import { userNameProblem } from './names.js';
import type { Route } from './route.js';
import { accountCalled, takeId, type Organisation } from './state.js';

export const organisationRoutes: readonly Route[] = [
  {
    on: 'GET',
    path: /^user\/orgs$/,
    for: 'token',
    act: ({ gogs, state, login }) =>
      json(
        200,
        state.organisations
          .filter(({ owners }) => owners.includes(login.user.id))
          .map((one) => shownOrganisation(gogs.settings, one)),
      ),
  },
  {
    on: 'POST',
    path: /^user\/orgs$/,
    for: 'token',
    rules: { username: ['UserName', 'Required'] },
    changes: true,
    act: async ({ gogs, state, login, fields }) => {
      const name = textOf(fields['username']);
      if (name === '' || name.length > 35 || /[^\w.-]/.test(name))
        throw refused(422, `invalid org name: ${JSON.stringify(name)}`);
      const problem = userNameProblem(name);
      if (problem !== undefined) throw refused(422, problem);
      if (accountCalled(state, name) !== undefined)
        throw refused(422, `user already exists: map[name:${name}]`);
      const made: Organisation = {
        id: takeId(state),
        name,
        fullName: textOf(fields['full_name']),
        description: textOf(fields['description']),
        website: textOf(fields['website']),
        location: textOf(fields['location']),
        owners: [login.user.id],
      };
      state.organisations.push(made);
      await gogs.disk.makeFolder(`${gogs.settings.repositories}/${name.toLowerCase()}`);
      gogs.machine.effect('gogs-organisation-made', { name, by: login.user.name });
      return json(201, shownOrganisation(gogs.settings, made));
    },
  },
];
