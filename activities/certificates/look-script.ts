import { quote } from '../host/quote.js';
import { renewalUnits } from './renewal.js';
import { readScript } from './scripts.js';

/** Prints what systemd says of a certificate's renewal, then what `readScript` prints of it: all in one round trip. */
export function lookScript(name: string): string {
  const { service, timer } = renewalUnits(name);
  return `renewal() {
printf 'timer %s\\n' "$(systemctl show --property ActiveState --value ${quote(timer)})"
printf 'renewal %s\\n' "$(systemctl show --property Result --value ${quote(service)})"
}
renewal </dev/null
${readScript(name)}`;
}
