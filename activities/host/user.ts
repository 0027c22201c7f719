import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

/** Needs grep, sed, cut, useradd, usermod, groupadd. Reads /etc/passwd, /etc/shadow and /etc/group: local accounts only. */
const userLibrary = `shadow() { grep "^$1:" /etc/shadow | cut -d: -f"$2"; }
user() {
  if ! grep -q "^$1:" /etc/passwd; then
    if ! differs "$1: missing"; then return 0; fi
    useradd --create-home --shell "$3" --comment "$2" --password '*' "$1"
  fi
  if ! grep -q "^$1:.*:$3\\$" /etc/passwd; then
    if differs "$1: other shell"; then usermod --shell "$3" "$1"; fi
  fi
  case $(shadow "$1" 2) in
    '*' | '!' | '!!' | '!*') ;;
    *) if differs "$1: has a password"; then usermod --password '*' "$1"; fi ;;
  esac
  if [ -n "$(shadow "$1" 8)" ]; then
    if differs "$1: expires"; then usermod --expiredate '' "$1"; fi
  fi
  for group in $4; do
    if ! grep -q "^$group:" /etc/group; then
      if differs "group $group: missing"; then groupadd --system "$group"; fi
    fi
    case ",$(grep "^$group:" /etc/group | cut -d: -f4)," in
      *",$1,"*) ;;
      *) if differs "$1: not in group $group"; then usermod --append --groups "$group" "$1"; fi ;;
    esac
  done
}`;

export type UserState = Common & {
  name: string;
  comment: string;
  shell?: string;
  /** Supplementary groups; missing ones are made. Other memberships are left alone. */
  groups?: readonly string[];
};

/** A local account that logs in by key only: its password is unusable and it does not expire. */
export function user({ name, comment, shell = '/bin/bash', groups = [], notify = [] }: UserState): Resource {
  return {
    title: `user ${name}`,
    library: [userLibrary],
    call: `user ${[name, comment, shell, groups.join(' ')].map(quote).join(' ')}`,
    notify,
  };
}
