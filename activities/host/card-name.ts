import { attributesLibrary, fileLibrary } from './file.js';
import { quote } from './quote.js';
import type { Resource } from './resource.js';

/**
 * Needs ip, sed, head, cat, grep, udevadm. The name that cloud-init gave a card is gone with cloud-init's network file, and
 * then the card comes back from a reboot under another, without an address. A name by which udev itself knows the card
 * needs no file, and a container's cards are its host's.
 * @see https://www.freedesktop.org/software/systemd/man/252/systemd.link.html the first file that matches counts
 */
const cardNameLibrary = `card_name() {
  if [ -e /run/systemd/container ]; then return 0; fi
  card=$1
  if [ -z "$card" ]; then
    card=$(ip -o -4 addr show | sed -n "s/^[0-9]*: *\\([^ ]*\\) .* $2\\/.*/\\1/p" | head -n 1)
  fi
  if [ -z "$card" ] || [ ! -e "/sys/class/net/$card" ]; then return 0; fi
  if udevadm info --query=property "/sys/class/net/$card" | grep -q "^ID_NET_NAME_[A-Z]*=$card\\$"; then return 0; fi
  file /etc/systemd/network/05-socle.link 644 root:root shown : "[Match]
PermanentMACAddress=$(cat "/sys/class/net/$card/address")

[Link]
Name=$card
" '' ''
}`;

export type NamedCard = {
  /** The card's name; that of the card that has the address when absent. */
  card?: string;
  address: string;
};

/** A card keeps its name over a reboot. */
export function cardName({ card = '', address }: NamedCard): Resource {
  return {
    title: `card of ${address}`,
    library: [attributesLibrary, fileLibrary, cardNameLibrary],
    call: `card_name ${quote(card)} ${quote(address)}`,
    notify: [],
  };
}
