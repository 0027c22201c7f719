import { quote } from './quote.js';
import { rereadUnits, type Resource } from './resource.js';

/** Needs systemctl. */
const maskedLibrary = `mask_units() {
  left=$1
  shift
  wrong=
  for unit in "$@"; do
    if seen_unit "$unit" masked inactive || seen_unit "$unit" masked active; then continue; fi
    if [ "$(systemctl is-enabled "$unit" 2>/dev/null || :)" != masked ]; then wrong="$wrong $unit"; fi
  done
  if [ -n "$wrong" ]; then
    if differs "not masked:$wrong"; then systemctl mask --quiet --no-reload "$@" 2>/dev/null; fi
  fi
  for unit in "$@"; do
    case " $left " in
      *" $unit "*) continue ;;
    esac
    if seen_unit "$unit" masked inactive || seen_unit "$unit" '' inactive; then continue; fi
    if systemctl is-active --quiet "$unit"; then
      if differs "$unit: running -> stopped"; then systemctl stop "$unit"; fi
    fi
  done
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
