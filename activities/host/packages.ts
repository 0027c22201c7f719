import { quote } from './quote.js';
import type { Resource } from './resource.js';
import { unitLibrary } from './unit-library.js';

/** Needs dpkg-query and apt-get, or rpm and dnf, and what unitLibrary needs. */
export const packagesLibrary = `missing() {
  if command -v dpkg-query >/dev/null; then
    known=$(dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' "$@" 2>/dev/null || :)
    for package in "$@"; do
      case "
$known
" in
        *"
$package installed
"*) ;;
        *) printf '%s ' "$package" ;;
      esac
    done
    return 0
  fi
  for package in "$@"; do
    rpm -q --whatprovides "$package" >/dev/null 2>&1 || printf '%s ' "$package"
  done
}
install_packages() {
  if command -v apt-get >/dev/null; then
    options='-y -q -o DPkg::Lock::Timeout=300'
    unit socle-packages "export DEBIAN_FRONTEND=noninteractive; apt-get $options update && apt-get $options --no-install-recommends -o Dpkg::Options::=--force-confold install $*"
  else
    unit socle-packages "dnf -y -q --setopt=install_weak_deps=False install $*"
  fi
}
packages() {
  wanted=$(missing "$@")
  if [ -z "$wanted" ]; then return 0; fi
  if differs "missing: $wanted"; then
    install_packages "$@"
    forget_seen
    left=$(missing "$@")
    if [ -n "$left" ]; then
      echo "the package manager ended well but these are still missing: $left" >&2
      exit 1
    fi
  fi
}`;

/** These packages are installed, in any version, from the sources that the host has. Recommended packages are left out. */
export function packages(names: readonly string[]): Resource {
  return {
    title: 'packages',
    library: [unitLibrary, packagesLibrary],
    call: `packages ${names.map(quote).join(' ')}`,
    notify: [],
  };
}
