import type { VirtualAddress } from '../../../../config/machine.js';
import { forEachMachine } from '../../../host/for-each-machine.js';
import type { Preflight, StepContext } from '../../../role.js';
import { addressOwnerLibrary, takenText } from './address-owner.js';

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

/** For each address `held ADDRESS`, or `taken ADDRESS HARDWARE-ADDRESS` when somebody else answers for it. */
export function lookScript(addresses: readonly string[]): string {
  return `${addressOwnerLibrary}
for address in ${addresses.join(' ')}; do
  if holds "$address"; then
    echo "held $address"
    continue
  fi
  owner=$(owner_of "$address")
  if [ -n "$owner" ]; then echo "taken $address $owner"; fi
done
`;
}

function finding({ machines }: StepContext, virtual: VirtualAddress, seen: readonly string[]): string[] {
  const { group, address } = virtual;
  const pair = machines.flatMap((machine, index) =>
    machine.group === group ? [{ lines: (seen[index] ?? '').split('\n') }] : [],
  );
  if (pair.some(({ lines }) => lines.includes(`held ${address}`))) return [];
  const owners = pair.flatMap(({ lines }) => lines.filter((line) => line.startsWith(`taken ${address} `)));
  return owners.slice(0, 1).map((line) => takenText(virtual, line.split(' ')[2] ?? 'somebody'));
}
