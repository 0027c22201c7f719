import { prefixLength } from '../../../config/ipv4.js';
import type { Machine } from '../../../config/machine.js';
import type { Site } from '../../../config/site.js';
import { quote } from '../../host/quote.js';
import type { Resource } from '../../host/resource.js';

/** Needs ip, sed, head. A file that nothing has read yet is not a network. */
const library = `in_effect() {
  card=$(ip -o -4 addr show | sed -n "s#^[0-9]*: *\\([^ ]*\\) .* $1 .*#\\1#p" | head -n 1)
  if [ -z "$card" ]; then
    differs "no card has the address $1" || :
    return 0
  fi
  case "$(ip route show default) " in
    *" via $2 "*) ;;
    *) differs "the default route does not go via $2" || : ;;
  esac
  case "$(ip -o link show dev "$card") " in
    *" mtu $3 "*) ;;
    *) differs "$card has not the MTU $3" || : ;;
  esac
}`;

/** Read only: address, default route and MTU as the kernel has them, whatever the configuration files say. */
export function networkInEffect(site: Site, machine: Machine): Resource {
  const { cidr, gateway, mtu } = site.zones[machine.zone];
  const address = `${machine.address}/${prefixLength(cidr)}`;
  return {
    title: 'network in effect',
    library: [library],
    call: `in_effect ${[address, gateway, String(mtu)].map(quote).join(' ')}`,
    notify: [],
  };
}
