import { accountsLibrary } from './accounts-library.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/** Needs useradd, which makes the group of the same name too. Local accounts only. */
const serviceAccountLibrary = `service_account() {
  if account passwd "$1" 6; then return 0; fi
  if differs "$1: missing"; then
    useradd --system --user-group --no-create-home --home-dir "$2" --shell /usr/sbin/nologin "$1"
    see_accounts
  fi
}`;

/** An account that a service runs as and nobody logs in with, and its group. */
export function serviceAccount({ name, home }: { name: string; home: string }): Resource {
  return {
    title: `service account ${name}`,
    library: [accountsLibrary, serviceAccountLibrary],
    call: `service_account ${quote(name)} ${quote(home)}`,
    notify: [],
    looksAt: { accounts: true },
  };
}
