import type { Machine } from '../../../config/machine.js';
import type { Plan } from '../../../config/plan-types.js';
import { inboundRules } from '../../../config/ports/flows.js';
import { quote } from '../../host/quote.js';
import type { Resource } from '../../host/resource.js';
import { sshSettings } from './hardening-ssh.js';
import { isNode, type OperatingSystem } from './os.js';

/** Ports of kube-proxy's health answer, which listens on every address and is not let in by the firewall. */
const nodePorts = ['10256'];

/** Needs ss, sed, cut, sort. Loopback is nobody else's business. */
const listeningLibrary = `listening() {
  for socket in $(ss -H -lntu | sed 's/  */ /g' | cut -d' ' -f5 | sort -u); do
    case $socket in
      127.0.0.1:* | 127.0.0.53*:* | 127.0.0.54*:* | '[::1]'*) continue ;;
    esac
    case " $1 " in
      *" \${socket##*:} "*) ;;
      *) differs "$socket listens and is not in the port table" || : ;;
    esac
  done
}`;

const effectiveLibrary = `effective() {
  for setting in "$@"; do
    case "
$answer
" in
      *"
$setting
"*) ;;
      *) differs "sshd: not in effect: $setting" || : ;;
    esac
  done
}`;

/** A second: chrony steps a larger difference at its start only, and afterwards counts as synchronised for days before it is gone. */
const timeLibrary = `synchronised() {
  if [ -e /run/systemd/container ]; then return 0; fi
  chronyc waitsync 30 1 0 1 >/dev/null 2>&1 || differs 'the clock is not synchronised to a second; a restart of chrony sets it at once' || :
}`;

/** What no single step can see: sockets, effective settings, the clock. Read only. */
export function verification(plan: Plan, machine: Machine, os: OperatingSystem): Resource[] {
  const inbound = inboundRules(plan.site, plan, machine.name).flatMap(({ ports }) => ports);
  const ports = [...new Set([...inbound, String(machine.sshPort), ...(isNode(machine) ? nodePorts : [])])];
  const settings = Object.entries(sshSettings(plan.site, os)).map(([key, value]) => `${key} ${value}`);
  return [
    check('listening sockets', listeningLibrary, `listening ${quote(ports.join(' '))}`),
    check(
      'effective sshd settings',
      effectiveLibrary,
      `answer=$(sshd -T 2>/dev/null)\neffective ${settings.map(quote).join(' ')}`,
    ),
    check('clock', timeLibrary, 'synchronised'),
  ];
}

function check(title: string, library: string, call: string): Resource {
  return { title, library: [library], call, notify: [] };
}
