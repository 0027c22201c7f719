import { attributesLibrary, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';
import { restoreUnit, timedRestoreLibrary } from './timed-restore.js';

export type StaticNetwork = {
  /** The card's name; the card that has the address when absent. */
  card?: string;
  address: string;
  prefixLength: number;
  gateway: string;
  dnsServers: readonly string[];
  searchDomain: string;
  mtu: number;
};

/**
 * Needs ip, sed, head, sync, systemctl and what the machine configures its network with: netplan, nmcli or networkctl.
 * The file is written for the manager that the template has; a machine with none of them is refused, not guessed at.
 * The new file is on the disk before the old one goes: a power cut between them would leave a machine without network.
 * In a container netplan cannot apply by itself, because it insists on udev.
 */
const networkLibrary = `network_manager() {
  if command -v netplan >/dev/null && [ -d /etc/netplan ]; then echo netplan
  elif systemctl is-active --quiet NetworkManager; then echo NetworkManager
  elif systemctl is-active --quiet systemd-networkd; then echo networkd
  else
    echo 'neither netplan, NetworkManager nor systemd-networkd configures the network here; use one, or set options.prepare-vms.network to unmanaged' >&2
    exit 1
  fi
}
static_network() {
  if unconfirmed network; then
    differs 'the network waits for its confirmation' || :
    return 0
  fi
  card=$1
  if [ -z "$card" ]; then
    card=$(ip -o -4 addr show | sed -n "s/^[0-9]*: *\\([^ ]*\\) .* $2\\/.*/\\1/p" | head -n 1)
  fi
  manager=$(network_manager)
  old=
  case $manager in
    netplan) path=/etc/netplan/90-socle.yaml content=$3 old=/etc/netplan/50-cloud-init.yaml apply='if [ -e /run/systemd/container ]; then netplan generate && networkctl reload; else netplan apply; fi' ;;
    NetworkManager) path=/etc/NetworkManager/system-connections/socle.nmconnection content=$4 apply='nmcli connection reload; nmcli connection up socle' ;;
    networkd) path=/etc/systemd/network/05-socle.network content=$5 apply='networkctl reload' ;;
  esac
  content=$(printf %s "$content" | sed "s/@CARD@/$card/" && printf x)
  content=\${content%x}
  if [ -f "$path" ] && [ "$(cat "$path" && printf x)" = "\${content}x" ] && { [ -z "$old" ] || [ ! -e "$old" ]; }; then return 0; fi
  if differs "$path: other content"; then
    arm_restore network "$content" "$apply" "$path" \${old:+"$old"}
    mode600=600
    if [ "$manager" = networkd ]; then mode600=644; fi
    replace "$path" "$mode600" root:root hidden : "$content"
    sync "$path"
    if [ -n "$old" ]; then rm -f "$old"; fi
    eval "$apply" >&2
    applied network
  fi
}`;

/** One card with a static address. Unless a new connection confirms the change, the network from before comes back. */
export function staticNetwork(network: StaticNetwork): Resource {
  const words = [
    network.card ?? '',
    network.address,
    netplanFile(network),
    connectionFile(network),
    networkFile(network),
  ];
  return {
    title: `network ${network.address}/${network.prefixLength}`,
    library: [attributesLibrary, fileLibrary, timedRestoreLibrary, networkLibrary],
    call: `static_network ${words.map(quote).join(' ')}`,
    notify: [],
    looksAt: { units: [restoreUnit] },
  };
}

/** @see https://netplan.readthedocs.io/en/stable/netplan-yaml/ */
function netplanFile({
  address,
  prefixLength,
  gateway,
  dnsServers,
  searchDomain,
  mtu,
}: StaticNetwork): string {
  return `network:
  version: 2
  ethernets:
    @CARD@:
      dhcp4: false
      dhcp6: false
      accept-ra: false
      addresses: [${address}/${prefixLength}]
      routes:
        - {to: default, via: ${gateway}}
      nameservers:
        addresses: [${dnsServers.join(', ')}]
        search: [${searchDomain}]
      mtu: ${mtu}
`;
}

function connectionFile({
  address,
  prefixLength,
  gateway,
  dnsServers,
  searchDomain,
  mtu,
}: StaticNetwork): string {
  return `[connection]
id=socle
type=ethernet
interface-name=@CARD@
autoconnect-priority=100

[ethernet]
mtu=${mtu}

[ipv4]
method=manual
address1=${address}/${prefixLength},${gateway}
dns=${dnsServers.map((server) => `${server};`).join('')}
dns-search=${searchDomain};

[ipv6]
method=link-local
`;
}

function networkFile({
  address,
  prefixLength,
  gateway,
  dnsServers,
  searchDomain,
  mtu,
}: StaticNetwork): string {
  return `[Match]
Name=@CARD@

[Link]
MTUBytes=${mtu}

[Network]
Address=${address}/${prefixLength}
Gateway=${gateway}
${dnsServers.map((server) => `DNS=${server}\n`).join('')}Domains=${searchDomain}
DHCP=no
IPv6AcceptRA=no
`;
}
