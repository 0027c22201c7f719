import type { TrustedAuthority } from '../../config/certificates/trusted-authorities.js';
import { attributesLibrary, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';
import { authorityPath, type TrustStore } from './trust-store.js';

/** Needs cat, what file needs, and what brings the store up to date. */
const trustLibrary = `each_untrusted() {
  action=$1 trusted=$nl
  if [ -e "$2" ]; then trusted="$nl$(cat "$2")$nl"; fi
  shift 2
  while [ $# -gt 0 ]; do
    case $trusted in
      *"$nl$2$nl"*) ;;
      *) "$action" "$1" "$2" ;;
    esac
    shift 2
  done
}
write_authority() {
  if differs "$1: not trusted"; then
    replace "$1" 644 root:root shown : "$2$nl"
    written=yes
  fi
}
refuse_authority() {
  echo "$1 is still not trusted" >&2
  exit 1
}
trusted_authorities() {
  update=$1 written=
  shift
  each_untrusted write_authority "$@"
  if [ -n "$written" ]; then
    eval "$update" >&2
    each_untrusted refuse_authority "$@"
  fi
}`;

/**
 * The operating system trusts these authorities. What is asked is the bundle that programs read, whoever put an authority
 * there; only one that it lacks is written to a file, so that a machine whose first boot did this needs no second update,
 * which takes a second. Not a handler: what comes after it in the same script may need it.
 */
export function trustedAuthorities(authorities: readonly TrustedAuthority[], store: TrustStore): Resource {
  const words = authorities.flatMap(({ name, certificate }) => [
    authorityPath(store, name),
    certificate.trimEnd(),
  ]);
  return {
    title: 'trusted authorities',
    library: [attributesLibrary, fileLibrary, trustLibrary],
    call: `trusted_authorities ${[store.update, store.bundle, ...words].map(quote).join(' ')}`,
    notify: [],
  };
}
