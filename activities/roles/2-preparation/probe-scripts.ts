import type { Probe } from '../../../config/ports/flows.js';

/** Hash of the pairs that a machine has tried with success. */
export const stampFile = '/var/lib/socle/reachability';

/** Transient units: gone after a reboot. */
const listeners = 'socle-probe';

/**
 * Listeners for the ports that nothing listens on yet: one transient socket unit whose service holds the sockets and takes
 * no connection, so the kernel completes each and nothing answers. Transient, because a unit in a file makes systemd read
 * all its units again, twice. Those of an attempt that died are closed first, or their ports would look taken. Needs ss, sed, cut, tr, sleep, systemd-run.
 */
export function openListeners(address: string, ports: readonly number[]): string {
  if (ports.length === 0) return ':\n';
  return `main() {
${stopListeners}
busy=" $(ss -H -lnt | sed 's/  */ /g' | cut -d' ' -f4 | sed 's/.*://' | tr '\\n' ' ') "
set --
for port in ${ports.join(' ')}; do
  case $busy in
    *" $port "*) ;;
    *) set -- "$@" --socket-property=ListenStream=${address}:$port ;;
  esac
done
if [ $# = 0 ]; then return 0; fi
systemd-run --quiet --collect --unit=${listeners} "$@" sleep infinity
}
set -eu
main </dev/null
`;
}

const stopListeners = `systemctl stop ${listeners}.socket ${listeners}.service 2>/dev/null || :`;

export const closeListeners = `${stopListeners}\n`;

/** Longer than the first repeat of a lost packet, which comes after one second. */
const wantedSeconds = 2;
/**
 * A destination that lets through what it must not answers within a round trip; one that drops it costs all of this time.
 * A packet is repeated only after a second, so that a whole second would find no more.
 */
const forbiddenSeconds = 0.5;

/** Prints `open ADDRESS PORT` for each destination that takes a connection, all tried at once. Needs nc, timeout, xargs. */
export function probeScript(wanted: readonly Probe[], forbidden: readonly Probe[]): string {
  if (wanted.length + forbidden.length === 0) return ':\n';
  const lines = (probes: readonly Probe[], seconds: number): string =>
    probes.map(({ address, port }) => `${address} ${port} ${seconds}\n`).join('');
  return `main() {
command -v nc >/dev/null || { echo 'nc is missing, so nothing can be tried from here' >&2; exit 1; }
xargs -P 256 -n 3 sh -c 'if timeout "$2" nc -z "$0" "$1" >/dev/null 2>&1; then echo "open $0 $1"; fi' <<'END'
${lines(wanted, wantedSeconds)}${lines(forbidden, forbiddenSeconds)}END
}
main </dev/null
`;
}

/** The destinations that answered, as `ADDRESS PORT`. */
export function readAnswers(stdout: string): Set<string> {
  return new Set(
    stdout
      .split('\n')
      .filter((line) => line.startsWith('open '))
      .map((line) => line.slice('open '.length)),
  );
}

/** Closes the listeners, remembers what was tried, and prints what is remembered. */
export function stampScript(stamp: string): string {
  return `${closeListeners}mkdir -p /var/lib/socle && printf '%s\\n' ${stamp} >${stampFile} && cat ${stampFile}\n`;
}
