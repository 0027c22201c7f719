/**
 * `owner_of ADDRESS` prints the hardware address of whoever answers for it in the network now (ARP): what the machine
 * remembers of it is forgotten first. `holds ADDRESS` says whether this machine has it. Needs ip, nc, grep, sed.
 */
export const addressOwnerLibrary = `holds() { ip -o -4 addr show | grep -qF " inet $1/"; }
owner_of() {
  ip neigh flush to "$1"
  nc -z -w 1 "$1" 443 2>/dev/null || :
  ip neigh show "$1" | sed -n 's/.* lladdr \\([0-9a-f:]*\\) .*/\\1/p'
}`;

/** What a person is told, and what they can do. `owner` may be a piece of shell. */
export function takenText({ name, zone, address }: Named, owner: string): string {
  return `${name} ${address} is taken: ${owner} answers for it. Take the address from that machine, or give another in zones.${zone}.virtualAddresses.${name}`;
}

type Named = { name: string; zone: string; address: string };
