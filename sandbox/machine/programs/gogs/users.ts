import { hashedPassword } from './credentials.js';
import { userNameProblem } from './names.js';
import { accountCalled, takeId, type GogsState, type User } from './state.js';

type Wanted = { name: string; email: string; password: string; fullName?: string };

/** Why there is no new user. */
export type UserProblem = { kind: 'name' | 'taken' | 'email'; message: string };

/** Adds a user. */
export function makeUser(state: GogsState, wanted: Wanted): { user: User } | { problem: UserProblem } {
  const { name, password, fullName = '' } = wanted;
  const refused = userNameProblem(name);
  if (refused !== undefined) return { problem: { kind: 'name', message: refused } };
  if (accountCalled(state, name) !== undefined)
    return { problem: { kind: 'taken', message: `user already exists: map[name:${name}]` } };
  const email = wanted.email.trim().toLowerCase();
  if (state.users.some((user) => user.email === email)) return { problem: emailProblem(email) };
  const user: User = {
    id: takeId(state),
    name,
    fullName,
    email,
    ...hashedPassword(password),
    isAdmin: false,
    isActive: true,
    tokens: [],
  };
  state.users.push(user);
  return { user };
}

export function emailProblem(email: string): UserProblem {
  return { kind: 'email', message: `email has been used: map[email:${email}]` };
}
