import { forEachMachine } from '../../../host/for-each-machine.js';
import type { Preflight, StepContext } from '../../../role.js';

/**
 * Two machines that answer for one address take each other's connections at random. Whoever answers for a virtual address
 * that its pair does not hold is somebody else; who it is, the network itself says (ARP).
 */
export const virtualAddressesFree: Preflight = {
  name: 'virtual-addresses',
  title: 'nobody else in the network has the addresses that the load balancers are to hold',
  kind: 'role',
  check: async (context) => {
    const { plan, machines } = context;
    const seen = await forEachMachine(context, machines, async ({ group }, host) => {
      const addresses = plan.virtualAddresses.filter((virtual) => virtual.group === group);
      const { stdout } = await host.run(lookScript(addresses.map(({ address }) => address)), {
        signal: context.signal,
        label: 'look for the virtual addresses',
      });
      return stdout;
    });
    return plan.virtualAddresses.flatMap((virtual) => finding(context, virtual, seen));
  },
};

/**
 * For each address `held ADDRESS`, or `taken ADDRESS HARDWARE-ADDRESS` when somebody answers for it now: what the machine
 * remembers of it is forgotten first. Needs ip, nc, grep, sed.
 */
export function lookScript(addresses: readonly string[]): string {
  return `set -- ${addresses.join(' ')}
holds() { ip -o -4 addr show | grep -qF " inet $1/"; }
for address in "$@"; do
  if holds "$address"; then continue; fi
  ip neigh flush to "$address"
  nc -z -w 1 "$address" 443 2>/dev/null &
done
wait
for address in "$@"; do
  if holds "$address"; then
    echo "held $address"
    continue
  fi
  owner=$(ip neigh show "$address" | sed -n 's/.* lladdr \\([0-9a-f:]*\\).*/\\1/p')
  if [ -n "$owner" ]; then echo "taken $address $owner"; fi
done
`;
}

function finding(
  { machines }: StepContext,
  { name, group, zone, address }: StepContext['plan']['virtualAddresses'][number],
  seen: readonly string[],
): string[] {
  const pair = machines.flatMap((machine, index) =>
    machine.group === group ? [{ name: machine.name, lines: (seen[index] ?? '').split('\n') }] : [],
  );
  if (pair.some(({ lines }) => lines.includes(`held ${address}`))) return [];
  for (const { name: asked, lines } of pair) {
    const owner = lines.find((line) => line.startsWith(`taken ${address} `))?.split(' ')[2];
    if (owner !== undefined)
      return [
        `${name} ${address} is taken: ${owner} answers for it, seen from ${asked}. Take the address from that machine, or give another in zones.${zone}.virtualAddresses.${name}`,
      ];
  }
  return [];
}
