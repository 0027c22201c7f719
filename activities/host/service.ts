import { quote } from './quote.js';
import type { Common, Resource } from './resource.js';

/** Needs systemctl. */
const serviceLibrary = `service() {
  case $2:$3 in
    enabled:running) if seen_unit "$1" enabled active || seen_unit "$1" static active; then return 0; fi ;;
    masked:stopped) if seen_unit "$1" masked inactive; then return 0; fi ;;
  esac
  now=$(systemctl is-enabled "$1" 2>/dev/null || :)
  case $2:$now in
    enabled:enabled | enabled:static | enabled:alias | disabled:disabled | disabled:not-found | disabled: | masked:masked) ;;
    enabled:*) if differs "$1: \${now:-unknown} -> enabled"; then systemctl enable --quiet "$1"; fi ;;
    disabled:*) if differs "$1: $now -> disabled"; then systemctl disable --quiet "$1"; fi ;;
    masked:*) if differs "$1: \${now:-unknown} -> masked"; then systemctl mask --quiet "$1" 2>/dev/null; fi ;;
  esac
  if [ "$3" = any ]; then return 0; fi
  now=stopped
  if systemctl is-active --quiet "$1"; then now=running; fi
  if [ "$now" = "$3" ]; then return 0; fi
  if differs "$1: $now -> $3"; then
    if [ "$3" = running ]; then systemctl start "$1"; else systemctl stop "$1"; fi
  fi
}`;

export type ServiceState = Common & {
  unit: string;
  /** What happens at boot; `masked` cannot be started at all. */
  boot: 'enabled' | 'disabled' | 'masked';
  /** `any` leaves it as it is. */
  now: 'running' | 'stopped' | 'any';
};

export function service({ unit, boot, now, notify = [] }: ServiceState): Resource {
  return {
    title: `service ${unit}`,
    library: [serviceLibrary],
    call: `service ${quote(unit)} ${boot} ${now}`,
    notify,
    looksAt: { units: [unit] },
  };
}
