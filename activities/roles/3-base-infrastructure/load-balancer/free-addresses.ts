import type { VirtualAddress } from '../../../../config/machine.js';
import { quote } from '../../../host/quote.js';
import type { Resource } from '../../../host/resource.js';
import { addressOwnerLibrary, takenText } from './address-owner.js';

/**
 * Needs systemctl and what addressOwnerLibrary needs. Asked only while keepalived does not run here, so just before this
 * machine may take the addresses for the first time.
 */
const freeAddressesLibrary = `free_address() {
  if runs keepalived.service || holds "$1"; then return 0; fi
  owner=$(owner_of "$1")
  if [ -z "$owner" ]; then return 0; fi
  for peer in $3; do
    if [ "$owner" = "$(owner_of "$peer")" ]; then return 0; fi
  done
  taken=$(printf "$2" "$owner")
  if [ "$mode" = check ]; then
    differs "$taken" || :
    return 0
  fi
  echo "$taken" >&2
  exit 1
}`;

/** Nobody but the pair itself answers for an address that it is to hold. */
export function freeAddresses(addresses: readonly VirtualAddress[], peers: readonly string[]): Resource[] {
  return addresses.map((virtual) => ({
    title: `${virtual.name} is nobody else's`,
    library: [addressOwnerLibrary, freeAddressesLibrary],
    call: `free_address ${[virtual.address, takenText(virtual, '%s'), peers.join(' ')].map(quote).join(' ')}`,
    notify: [],
    looksAt: { units: ['keepalived.service'] },
  }));
}
