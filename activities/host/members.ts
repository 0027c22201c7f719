import { quote } from './quote.js';
import type { Resource } from './resource.js';

/**
 * Needs grep, cut, tr, sed, groupadd, gpasswd, usermod, rm. Membership goes last, so that an attempt that dies half-way
 * still finds the person.
 */
const membersLibrary = `withdraw() {
  home=$(grep "^$1:" /etc/passwd | cut -d: -f6)
  if [ -n "$home" ]; then
    rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2"
    usermod --lock --expiredate 1 "$1"
    loginctl terminate-user "$1" 2>/dev/null || :
  fi
  gpasswd --delete "$1" "$2" >/dev/null
}
members() {
  group=$1
  shift
  if ! grep -q "^$group:" /etc/group; then
    if differs "group $group: missing"; then groupadd --system "$group"; fi
    return 0
  fi
  for member in $(grep "^$group:" /etc/group | cut -d: -f4 | tr , ' '); do
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
    library: [membersLibrary],
    call: `members ${[group, ...names].map(quote).join(' ')}`,
    notify: [],
  };
}
