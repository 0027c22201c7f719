import { loginOf } from './api.js';
import { page, plain, redirect, type Answer, type Question } from './answer.js';
import { problemsOf, type Rules } from './bound.js';
import type { Gogs } from './node.js';
import { makeUser } from './users.js';

/** As Gogs' form has them: any password does, and an address has a dot in its domain. */
const rules: Rules = {
  user_name: ['Username', 'Required', 'AlphaDashDot', 'MaxSize(35)'],
  email: ['Email address', 'Required', 'Email', 'MaxSize(254)'],
  password: ['Password', 'Required', 'MaxSize(255)'],
};

const broken: Readonly<Record<string, string>> = {
  Required: ' cannot be empty.',
  AlphaDashDot: ' must be alphanumeric or dash(-_) or dot characters.',
  Email: ' is not a valid email address.',
  MaxSize: ' must contain at most 255 characters.',
};

/** Answers what is no API and no git; undefined for a page that is not simulated. */
export async function answerPage(gogs: Gogs, question: Question): Promise<Answer | undefined> {
  const { settings, database } = gogs;
  const isLoggedIn = loginOf(await database.read(), question.authorization) !== undefined;
  switch (`${question.method} ${question.path}`) {
    case 'GET /healthcheck':
      return plain(200, '* Database connection: OK\n');
    case 'GET /':
      return settings.requireSignIn && !isLoggedIn ? redirect('/user/login') : page(200, 'Home');
    case 'GET /user/login':
      return isLoggedIn ? redirect('/') : page(200, 'Sign In');
    case 'GET /user/sign_up':
      return isLoggedIn ? redirect('/') : page(200, 'Register');
    case 'POST /user/sign_up':
      return isLoggedIn ? redirect('/') : signUp(gogs, question);
    default:
      return undefined;
  }
}

/**
 * Whoever is signed out may register where that is allowed; the first of all becomes the administrator.
 * @see https://github.com/gogs/gogs/blob/v0.14.3/internal/route/user/auth.go
 */
async function signUp({ settings, database, machine }: Gogs, question: Question): Promise<Answer> {
  if (settings.disableRegistration) return plain(403);
  const isForm = question.contentType.includes('form-urlencoded');
  const form = Object.fromEntries(new URLSearchParams(isForm ? question.body.toString('utf8') : ''));
  const refused = (status: number, problem: string): Answer => page(status, 'Register', problem);
  const [problem] = problemsOf(form, rules);
  if (problem !== undefined)
    return refused(400, `${problem.fieldNames.join()}${broken[problem.message] ?? ''}`);
  if (settings.registrationCaptcha) return refused(401, "Captcha didn't match.");
  const { user_name: name = '', email = '', password = '', retype = '' } = form;
  if (password !== retype) return refused(400, 'Password and confirm password are not same.');
  return database.change((state) => {
    const made = makeUser(state, { name, email, password });
    if ('problem' in made)
      switch (made.problem.kind) {
        case 'taken':
          return refused(422, 'Username has already been taken.');
        case 'email':
          return refused(422, 'Email address has already been used.');
        case 'name':
          return refused(400, `User name or pattern ${JSON.stringify(name)} is not allowed.`);
      }
    made.user.isAdmin = state.users.length === 1;
    machine.effect('gogs-user-made', { name, administrator: made.user.isAdmin, by: 'sign-up' });
    return redirect('/user/login');
  });
}
