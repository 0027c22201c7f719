import { accountsLibrary } from './accounts-library.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/**
 * Needs groupadd, gpasswd, usermod, rm, loginctl. Membership goes last, so that an attempt that dies half-way
 * still finds the person.
 */
const membersLibrary = `withdraw() {
  if account passwd "$1" 5; then
    home=$field
    rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"
    usermod --lock --expiredate 1 "$1"
    loginctl terminate-user "$1" 2>/dev/null || :
  fi
  gpasswd --delete "$1" "$2" >/dev/null
  see_accounts
}
members() {
  group=$1
  shift
  if ! account group "$group" 3; then
    if differs "group $group: missing"; then
      groupadd --system "$group"
      see_accounts
    fi
    return 0
  fi
  others=$field
  while [ -n "$others" ]; do
    member=\${others%%,*}
    case $others in *,*) others=\${others#*,} ;; *) others= ;; esac
    case " $* " in
      *" $member "*) ;;
      *) if differs "$member: withdrawn"; then withdraw "$member" "$group"; fi ;;
    esac
  done
}`;

/**
 * Nobody but these people is in the group. Whoever was and is not any more loses keys, login and sessions; the account
 * and its files stay, because logs and files name it.
 */
export function members({ group, names }: { group: string; names: readonly string[] }): Resource {
  return {
    title: `members of ${group}`,
    library: [accountsLibrary, membersLibrary],
    call: `members ${[group, ...names].map(quote).join(' ')}`,
    notify: [],
    looksAt: { accounts: true },
  };
}
