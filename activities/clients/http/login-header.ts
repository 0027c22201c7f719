/** The header of a Basic login; none for nobody. */
export function loginHeader({ username, password = '' }: { username?: string; password?: string }): {
  authorization?: string;
} {
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
