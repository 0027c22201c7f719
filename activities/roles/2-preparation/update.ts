import { quote } from '../../host/quote.js';
import type { Resource } from '../../host/resource.js';
import { unitLibrary } from '../../host/unit-library.js';
import type { OperatingSystem } from './os.js';
import { heldBack } from './updates.js';

const library = `security_updates() {
  waiting=$(eval "$1" || :)
  if [ -z "$waiting" ]; then return 0; fi
  if differs "waiting: $(printf '%s' "$waiting" | tr '\\n' ' ' | cut -c 1-200)"; then unit socle-updates "$2"; fi
}`;

const commands = {
  debian: {
    list: `apt-get -s -q upgrade | grep '^Inst .*[Ss]ecurity' | cut -d' ' -f2 | grep -v -E '^(${heldBack.join('|')})'`,
    run: 'apt-get -q update && unattended-upgrade',
  },
  redhat: {
    list: `dnf -q updateinfo list --security --available | grep -v -E ' (kernel|${heldBack.join('|')})'`,
    run: 'dnf -y -q upgrade --security --exclude=kernel*,haproxy,keepalived',
  },
} as const;

/** The security updates that wait, without those that roles and operators do themselves. */
export function securityUpdates({ family }: OperatingSystem): Resource {
  const { list, run } = commands[family];
  return {
    title: 'security updates',
    library: [unitLibrary, library],
    call: `security_updates ${quote(list)} ${quote(run)}`,
    notify: [],
  };
}
