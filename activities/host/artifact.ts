import { dirname } from 'node:path';
import { storeOf } from '../../config/artifacts/store.js';
import { attributesLibrary, rawMode } from './file.js';
import { commandLine, quote } from './quote.js';
import type { Common, Resource } from './resource.js';
import { unitLibrary } from './unit-library.js';

/**
 * Needs sha256sum, curl, mkdir, mv, rm, chmod, chown, for archives unzip or tar, and what unitLibrary needs. A file
 * `….sums` holds the checksums of the download and of what was installed from it, so that a look asks no network and
 * finds a changed file. The download has a name by its checksum and stays until it is installed: an attempt that died is
 * gone on with. What is installed takes its place complete, in one rename, after its checksums are written: whoever dies
 * in between leaves a file that the next look does not take for right.
 */
const artifactLibrary = `sum_of() {
  sum=$(sha256sum "$1" 2>/dev/null) || sum=
  sum=\${sum%% *}
}
get_artifact() {
  sum_of "$1"
  if [ "$sum" = "$2" ]; then return 0; fi
  mkdir -p "\${1%/*}"
  unit "$3" "$4"
  sum_of "$1"
  if [ "$sum" = "$2" ]; then return 0; fi
  rm -f "$1"
  echo "$5: SHA-256 is \${sum:-unknown}, wanted $2; what was loaded is deleted, nothing was changed. Next: socle artifacts verify $6 FILE" >&2
  exit 1
}
put_artifact() {
  new="$1.socle-new"
  if eval "$5" >"$new" && [ -s "$new" ] && chown "$3" "$new" && chmod "$2" "$new"; then
    sum_of "$new"
    if printf '%s %s\\n' "$4" "$sum" >"$6" && mv -f "$new" "$1"; then
      label "$1"
      return 0
    fi
  fi
  rm -f "$new"
  echo "$1: cannot be taken out of the download, nothing was changed; $(df -h --output=avail "\${1%/*}" | tail -n 1 | tr -d ' ') is free there" >&2
  exit 1
}
artifact() {
  loaded='' installed='' what=missing
  if [ -f "$6" ]; then read -r loaded installed <"$6" || :; fi
  if [ "$loaded" = "$4" ] && seen_file "$1" "$7 $3" "$installed"; then return 0; fi
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    sum_of "$1"
    if [ "$sum" != "$installed" ]; then
      what='not as it was installed'
    elif [ "$loaded" != "$4" ]; then
      what='another version'
    else
      attributes "$1" "$2" "$3"
      return 0
    fi
  fi
  if differs "$1: $what"; then
    get_artifact "$8" "$4" "$9" "\${10}" "\${11}" "\${12}"
    mkdir -p "\${1%/*}"
    put_artifact "$1" "$2" "$3" "$4" "$5" "$6"
    rm -f "$8"
  fi
}`;

/** Where downloads wait and checksums stand. */
export const artifactFolder = '/var/lib/socle/artifacts';

export type ArtifactState = Common & {
  /** In the store: what `storeUrl` gives. */
  url: string;
  /** Of the file as it is downloaded. */
  sha256: string;
  path: string;
  /** Octal, `0755` when absent. */
  mode?: string;
  /** `user:group`, `root:root` when absent. */
  owner?: string;
  /** The one file of an archive that is installed; the download itself when absent. */
  from?: { zip: string } | { tar: string };
  /** File of the store's login, which `artifactLogin` makes; nobody is asked for one when absent. */
  login?: string;
  /** `artifactFolder` when absent. */
  folder?: string;
};

/** A file that is no package, from the site's store, only with the right checksum. */
export function artifact(state: ArtifactState): Resource {
  const { url, sha256, path, mode = '0755', owner = 'root:root', folder = artifactFolder } = state;
  const digits = mode.replace(/^0/, '');
  const part = `${folder}/${sha256}.part`;
  const words = [
    path,
    digits,
    owner,
    sha256,
    unpacking(part, state.from),
    artifactSums(path, folder),
    rawMode(0o100000, digits),
    part,
    `socle-artifact-${sha256.slice(0, 12)}`,
    downloading(url, part, state.login),
    url,
    storeOf(url),
  ];
  return {
    title: `artefact ${path}`,
    library: [attributesLibrary, unitLibrary, artifactLibrary],
    call: `artifact ${words.map(quote).join(' ')}`,
    notify: state.notify ?? [],
    looksAt: { paths: [path] },
  };
}

/** The file of checksums beside an installed one; who removes the one removes the other. */
export function artifactSums(path: string, folder = artifactFolder): string {
  return `${folder}/${path.slice(1).replaceAll('/', '_')}.sums`;
}

function unpacking(part: string, from: ArtifactState['from']): string {
  if (from === undefined) return commandLine('cat', part);
  return 'zip' in from
    ? commandLine('unzip', '-p', part, from.zip)
    : commandLine('tar', '-xOf', part, from.tar);
}

/**
 * Begins anew where what is there is of no use: 33, the server knows no ranges; 416, it has nothing after that many bytes,
 * which yet are not the file. A transfer that stands still ends.
 */
function downloading(url: string, part: string, login: string | undefined): string {
  const curl = commandLine(
    'curl',
    ...['--fail', '--silent', '--show-error', '--location', '--connect-timeout', '30'],
    ...['--speed-limit', '1000', '--speed-time', '60', '--write-out', '%{http_code}'],
    ...(login === undefined ? [] : ['--netrc-file', login]),
    ...['--continue-at', '-', '--output', part, url],
  );
  const full = `${part}: cannot be written, so much is free there. Make room, then: socle retry`;
  const after = `${url}: not loaded, what arrived is kept. Next: socle artifacts verify ${storeOf(url)} FILE`;
  return `get() { answer=$(${curl}); }
code=0
get || code=$?
case $code:$answer in
  33:* | 22:416)
    ${commandLine('rm', '-f', part)}
    code=0
    get || code=$?
    ;;
esac
case $code in
  0) ;;
  23)
    ${commandLine('df', '-h', dirname(part))}
    ${commandLine('echo', full)}
    exit 23
    ;;
  *)
    ${commandLine('echo', after)}
    exit $code
    ;;
esac`;
}
