import type { Probe } from '../../../config/ports/flows.js';

/** Hash of the pairs that a machine has tried with success. */
export const stampFile = '/var/lib/socle/reachability';

const units = '/run/systemd/system';

/**
 * Listeners for the ports that nothing listens on yet: one transient socket unit, which answers each connection by
 * closing it. Gone after a reboot. Needs ss, systemctl, cat, grep.
 */
export function openListeners(address: string, ports: readonly number[]): string {
  if (ports.length === 0) return ':\n';
  return `main() {
mkdir -p ${units}
busy=$(ss -H -lnt | sed 's/  */ /g' | cut -d' ' -f4 | sed 's/.*://')
{
  printf '[Socket]\\nAccept=yes\\nMaxConnections=512\\nTriggerLimitIntervalSec=0\\n'
  for port in ${ports.join(' ')}; do
    case " $(printf '%s' "$busy" | tr '\\n' ' ') " in
      *" $port "*) ;;
      *) printf 'ListenStream=${address}:%s\\n' "$port" ;;
    esac
  done
} >${units}/socle-probe.socket
printf '[Service]\\nExecStart=/bin/true\\nStandardInput=socket\\n' >'${units}/socle-probe@.service'
systemctl daemon-reload
if grep -q ListenStream ${units}/socle-probe.socket; then systemctl restart socle-probe.socket; fi
}
set -eu
main </dev/null
`;
}

export const closeListeners = `systemctl stop socle-probe.socket 2>/dev/null || :
rm -f ${units}/socle-probe.socket '${units}/socle-probe@.service'
systemctl daemon-reload
`;

/** Prints `open ADDRESS PORT` for each destination that takes a connection within two seconds; 32 at once. Needs nc, xargs. */
export function probeScript(probes: readonly Probe[]): string {
  if (probes.length === 0) return ':\n';
  const list = probes.map(({ address, port }) => `${address} ${port}\n`).join('');
  return `main() {
command -v nc >/dev/null || { echo 'nc is missing, so nothing can be tried from here' >&2; exit 1; }
xargs -P 32 -n 2 sh -c 'if nc -z -w 2 "$0" "$1" >/dev/null 2>&1; then echo "open $0 $1"; fi' <<'END'
${list}END
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

export function stampScript(stamp: string): string {
  return `mkdir -p /var/lib/socle && printf '%s\\n' ${stamp} >${stampFile}\n`;
}
