import { file } from './file.js';
import type { Resource } from './resource.js';

/** Where the login of the store stands on a machine; root alone reads it. */
export const artifactLoginPath = '/etc/socle/artifacts.netrc';

export type ArtifactLogin = { store: string; username: string; password: string };

/**
 * The store's login, for curl's `--netrc-file`. The file knows hosts but no ports.
 * @see https://curl.se/docs/manpage.html#--netrc-file a password with blanks or quotes is read by curl 7.84 and later
 */
export function artifactLogin({ store, username, password }: ArtifactLogin): Resource {
  return file({
    path: artifactLoginPath,
    mode: '0600',
    content: `machine ${new URL(store).hostname} login ${word(username)} password ${word(password)}\n`,
    secret: true,
  });
}

function word(text: string): string {
  return /[\s"\\]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}
