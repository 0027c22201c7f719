import { accessOf, allows } from './access.js';
import { adminRoutes } from './admin-routes.js';
import { bare, json, notSimulated, type Answer, type Question } from './answer.js';
import { boundFields } from './bound.js';
import { collaboratorRoutes } from './collaborator-routes.js';
import { contentsRoutes } from './contents-routes.js';
import { basicLogin, userByPassword, userByToken } from './credentials.js';
import { deployKeyRoutes } from './deploy-key-routes.js';
import { hookRoutes } from './hook-routes.js';
import type { Gogs } from './node.js';
import { organisationRoutes } from './organisation-routes.js';
import { repositoryRoutes } from './repository-routes.js';
import type { Call, Login, RepositoryCall, Route } from './route.js';
import { ownerOf, repositoryCalled, type GogsState } from './state.js';
import { userRoutes } from './user-routes.js';

const root = '/api/v1/';

const routes: readonly Route[] = [
  ...userRoutes,
  ...organisationRoutes,
  ...repositoryRoutes,
  ...contentsRoutes,
  ...deployKeyRoutes,
  ...hookRoutes,
  ...collaboratorRoutes,
  ...adminRoutes,
];

/**
 * Answers the API of Gogs 0.14.
 * @throws Refusal; one of 404 that says so for what is not simulated
 * @see https://github.com/gogs/gogs/blob/v0.14.3/internal/route/api/v1/api.go
 */
export async function answerApi(gogs: Gogs, question: Question): Promise<Answer> {
  const path = question.path.slice(root.length);
  const route = routes.find((one) => one.on === question.method && one.path.test(path));
  const answer = async (state: GogsState): Promise<Answer> => {
    const login = loginOf(state, question.authorization);
    // Said before anything else is looked at, so that a wrong password is no 401 here.
    if (login === undefined && gogs.settings.requireSignIn)
      return json(403, { message: 'Only authenticated user is allowed to call APIs.' });
    if (route === undefined) throw notSimulated(`${question.method} ${question.path}`);
    const names = [...route.path.exec(path)!].slice(1).map((name) => name ?? '');
    return act(route, { gogs, state, names, question, fields: {}, login });
  };
  return route?.changes === true ? gogs.database.change(answer) : answer(await gogs.database.read());
}

/** Who asks; nobody for a token that is none, and for a password that is a token. */
export function loginOf(state: GogsState, authorization: string): Login | undefined {
  const secret = /^\s*token\s+(\S+)\s*$/.exec(authorization)?.[1];
  if (secret !== undefined) {
    const user = userByToken(state, secret);
    return user && { user, by: 'token' };
  }
  const given = basicLogin(authorization);
  const user = given && userByPassword(state, given.username, given.password);
  return user && { user, by: 'password' };
}

async function act(route: Route, call: Call): Promise<Answer> {
  if (route.for === 'anybody') return route.act(withFields(route, call));
  const { login } = call;
  if (route.for === 'administrator') {
    if (login?.user.isAdmin !== true) throw bare(403);
    return route.act({ ...withFields(route, call), login });
  }
  const isWanted = route.for === 'password' ? login?.by === 'password' : login?.by === 'token';
  if (route.for === 'repository') {
    if (login === undefined || (!isWanted && route.anyLogin !== true)) throw bare(401);
    const found = repositoryCall({ ...call, login });
    if (!allows(found.mode, route.mode)) throw bare(403);
    return route.act({ ...found, ...withFields(route, found) });
  }
  if (login === undefined || !isWanted) throw bare(401);
  return route.act({ ...withFields(route, call), login });
}

function withFields<Of extends Call>(route: Route, call: Of): Of {
  return route.rules === undefined ? call : { ...call, fields: boundFields(call.question, route.rules) };
}

/** An administrator with a token is as an owner, as nowhere else. @throws Refusal 404 for what they may not see */
function repositoryCall(call: Call & { login: Login }): RepositoryCall {
  const { state, login, names } = call;
  const [owner = '', name = ''] = names;
  const repository = repositoryCalled(state, owner, name);
  if (repository === undefined) throw bare(404);
  const isAll = login.by === 'token' && login.user.isAdmin;
  const mode = isAll ? 'owner' : accessOf(state, login.user, repository);
  if (mode === 'none') throw bare(404);
  return { ...call, repository, owner: ownerOf(state, repository), mode };
}
