import { quote } from './quote.js';
import { rereadUnits, type Resource } from './resource.js';

/** Needs systemctl. */
const maskedLibrary = `mask_units() {
  left=$1
  shift
  wrong='' running=''
  for unit in "$@"; do
    unit_state "$unit"
    enabled=\${state_seen% *} active=\${state_seen##* }
    if [ -z "$state_seen" ]; then
      enabled=$(systemctl is-enabled "$unit" 2>/dev/null || :)
      active=$(systemctl is-active "$unit" || :)
    fi
    if [ "$enabled" != masked ]; then wrong="$wrong $unit"; fi
    case " $left " in *" $unit "*) continue ;; esac
    if [ "$active" = active ]; then running="$running $unit"; fi
  done
  if [ -n "$wrong" ]; then
    if differs "not masked:$wrong"; then systemctl mask --quiet --no-reload "$@" 2>/dev/null; fi
  fi
  if [ -n "$running" ]; then
    if differs "running:$running"; then
      for unit in $running; do systemctl stop "$unit"; done
    fi
  fi
}`;

export type MaskedUnits = {
  /** Not running, and nothing can start them. */
  stopped: readonly string[];
  /** Nothing can start them; whether they run now is left as it is. */
  left: readonly string[];
};

/** Units that nothing can start any more, whether or not their packages are installed. */
export function maskedUnits({ stopped, left }: MaskedUnits): Resource {
  return {
    title: 'masked units',
    library: [maskedLibrary],
    call: `mask_units ${[left.join(' '), ...left, ...stopped].map(quote).join(' ')}`,
    notify: [rereadUnits],
    looksAt: { units: [...left, ...stopped] },
  };
}

/** Shell that lets units start again; it starts none, because what ran before is not known. */
export function unmaskedUnits(units: readonly string[]): { unless: string; run: string } {
  const names = units.map(quote).join(' ');
  return {
    unless: `! systemctl is-enabled ${names} 2>/dev/null | grep -qx masked`,
    run: `systemctl unmask --quiet ${names}`,
  };
}
