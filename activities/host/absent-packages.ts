import { packagesLibrary } from './packages.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';
import { unitLibrary } from './unit-library.js';

/** Needs what packagesLibrary needs. What other packages need stays. */
const absentPackagesLibrary = `present() {
  absent=" $(missing "$@")"
  for package in "$@"; do
    case $absent in *" $package "*) ;; *) printf '%s ' "$package" ;; esac
  done
}
remove_packages() {
  if command -v apt-get >/dev/null; then
    unit socle-packages "export DEBIAN_FRONTEND=noninteractive; apt-get -y -q -o DPkg::Lock::Timeout=300 purge $*"
  else
    unit socle-packages "dnf -y -q remove $*"
  fi
}
absent_packages() {
  unwanted=$(present "$@")
  if [ -z "$unwanted" ]; then return 0; fi
  if differs "installed: $unwanted"; then
    remove_packages $unwanted
    forget_seen
    left=$(present "$@")
    if [ -n "$left" ]; then
      echo "the package manager ended well but these are still installed: $left" >&2
      exit 1
    fi
  fi
}`;

/** None of these packages is installed, and their own configuration files are gone. */
export function absentPackages(names: readonly string[]): Resource {
  return {
    title: 'packages that go',
    library: [unitLibrary, packagesLibrary, absentPackagesLibrary],
    call: `absent_packages ${names.map(quote).join(' ')}`,
    notify: [],
  };
}
