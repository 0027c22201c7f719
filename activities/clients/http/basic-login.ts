/** The header of a Basic login; undefined for nobody. */
export function basicLogin({
  username,
  password,
}: {
  username?: string;
  password?: string;
}): string | undefined {
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}
