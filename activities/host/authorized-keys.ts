import { accountsLibrary } from './accounts-library.js';
import { attributesLibrary, fileCall, fileLibrary } from './file.js';
import { directoryCall, directoryLibrary } from './directory.js';
import type { Resource } from './resource.js';

export type AuthorizedKeys = { user: string; keys: readonly string[] };

/** Exactly these public keys open the account; its home is /home/USER. */
export function authorizedKeys({ user, keys }: AuthorizedKeys): Resource {
  const folder = `/home/${user}/.ssh`;
  const owner = `${user}:${user}`;
  const content = keys.map((key) => `${key.trim()}\n`).join('');
  return {
    title: `keys of ${user}`,
    library: [accountsLibrary, attributesLibrary, fileLibrary, directoryLibrary],
    // Before apply has made the account there is neither home nor owner to compare.
    call: [
      `if ! account passwd ${user} 1; then differs ${user}:missing || :; else`,
      directoryCall({ path: folder, mode: '0700', owner }),
      fileCall({ path: `${folder}/authorized_keys`, mode: '0600', owner, content }),
      'fi',
    ].join('\n'),
    notify: [],
    looksAt: { accounts: true, paths: [folder, `${folder}/authorized_keys`] },
  };
}
