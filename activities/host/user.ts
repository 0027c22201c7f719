import { accountsLibrary } from './accounts-library.js';
import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

/** Needs useradd, usermod, groupadd. Local accounts only. */
const userLibrary = `user() {
  if ! account passwd "$1" 6; then
    if ! differs "$1: missing"; then return 0; fi
    useradd --create-home --shell "$3" --comment "$2" --password '*' "$1"
    see_accounts
    account passwd "$1" 6
  fi
  if [ "$field" != "$3" ]; then
    if differs "$1: other shell"; then usermod --shell "$3" "$1"; fi
  fi
  account shadow "$1" 1 || :
  case $field in
    '*' | '!' | '!!' | '!*') ;;
    *) if differs "$1: has a password"; then usermod --password '*' "$1"; fi ;;
  esac
  if account shadow "$1" 7 && [ -n "$field" ]; then
    if differs "$1: expires"; then usermod --expiredate '' "$1"; fi
  fi
  for group in $4; do
    if ! account group "$group" 3; then
      if differs "group $group: missing"; then groupadd --system "$group"; fi
    fi
    case ",$field," in
      *",$1,"*) ;;
      *) if differs "$1: not in group $group"; then usermod --append --groups "$group" "$1"; fi ;;
    esac
  done
  if [ "$mode" = apply ] && [ -n "$difference" ]; then see_accounts; fi
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
    library: [accountsLibrary, userLibrary],
    call: `user ${[name, comment, shell, groups.join(' ')].map(quote).join(' ')}`,
    notify,
    looksAt: { accounts: true },
  };
}
