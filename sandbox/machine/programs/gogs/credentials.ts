import { createHash, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { GogsState, Token, User } from './state.js';

/** Salt and hash as Gogs stores a password: PBKDF2 with SHA-256, in hexadecimal. */
export function hashedPassword(password: string): Pick<User, 'salt' | 'password'> {
  const salt = randomBytes(8).toString('base64url').slice(0, 10);
  return { salt, password: hash(password, salt) };
}

function hash(password: string, salt: string): string {
  return pbkdf2Sync(password, salt, 10_000, 50, 'sha256').toString('hex');
}

/** By name or address, as Gogs lets people log in. */
export function userByPassword(state: GogsState, login: string, password: string): User | undefined {
  const wanted = login.toLowerCase();
  const user = state.users.find(({ name, email }) => [name.toLowerCase(), email].includes(wanted));
  if (user === undefined) return undefined;
  const given = Buffer.from(hash(password, user.salt));
  const known = Buffer.from(user.password);
  return given.length === known.length && timingSafeEqual(given, known) ? user : undefined;
}

/** A token that is told this once; only its hash is kept. */
export function newToken(name: string): { token: Token; secret: string } {
  const secret = createHash('sha1').update(randomBytes(32)).digest('hex');
  return { token: { name, sha256: sha256(secret) }, secret };
}

export function userByToken(state: GogsState, secret: string): User | undefined {
  const wanted = sha256(secret);
  return state.users.find(({ tokens }) => tokens.some((token) => token.sha256 === wanted));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** User name and password of an `Authorization: Basic` header; undefined for any other header. */
export function basicLogin(authorization: string): { username: string; password: string } | undefined {
  const encoded = /^\s*Basic\s+(\S+)\s*$/.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [username = '', password = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  return { username, password };
}
