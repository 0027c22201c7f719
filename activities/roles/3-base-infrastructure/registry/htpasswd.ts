import { encodeBase64, hashSync } from 'bcryptjs';

/**
 * Rounds are 2 to this power. The registry checks the password anew with every request, and a derived password of 256 bits
 * cannot be guessed however fast the check is: htpasswd's own default of 5 takes two milliseconds.
 */
const cost = 5;

/** A password and the salt of its hash, both derived: the same file each time. `salt` is 16 bytes. */
export type RegistryLogin = { user: string; password: string; salt: Buffer };

/**
 * The file of logins; the registry takes bcrypt alone, passes over other hashes in silence, reads the file again when its
 * time of change is another one, and makes up a user of its own when the file is missing.
 * @see https://distribution.github.io/distribution/about/configuration/#htpasswd
 */
export function htpasswdFile(logins: readonly RegistryLogin[]): string {
  return logins.map((login) => `${htpasswdLine(login)}\n`).join('');
}

function htpasswdLine({ user, password, salt }: RegistryLogin): string {
  if (!/^[A-Za-z0-9._-]+$/.test(user)) throw new Error(`${JSON.stringify(user)} is no name of a login`);
  if (Buffer.byteLength(password) > 72) throw new Error('bcrypt would cut the password off after 72 bytes');
  const rounds = String(cost).padStart(2, '0');
  return `${user}:${hashSync(password, `$2y$${rounds}$${encodeBase64(salt, 16)}`)}`;
}
