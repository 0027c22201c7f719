import { groupNames, groupZones, virtualAddressZones, zoneNames, type ZoneName } from '../machine.js';
import type { SparseSite } from '../load/prune.js';
import type { Path } from '../problem.js';

/** An address that the site file gives to something of the platform. `zone` is where it must lie. */
export type GivenAddress = { path: Path; address: string; zone: ZoneName | undefined };

/** Every address given in the site file, in the file's order of keys: gateways, virtual addresses, machines. */
export function givenAddresses(site: SparseSite): GivenAddress[] {
  const inZones = zoneNames.flatMap((zone): GivenAddress[] => {
    const virtual = Object.entries(site.zones?.[zone]?.virtualAddresses ?? {});
    const gateway = site.zones?.[zone]?.gateway;
    return [
      ...(gateway === undefined ? [] : [{ path: ['zones', zone, 'gateway'], address: gateway, zone }]),
      ...virtual.flatMap(([name, address]) =>
        address === undefined
          ? []
          : [
              {
                path: ['zones', zone, 'virtualAddresses', name],
                address,
                zone: virtualAddressZones[name as keyof typeof virtualAddressZones],
              },
            ],
      ),
    ];
  });
  const ofMachines = Object.entries(site.machines ?? {}).flatMap(([name, settings]): GivenAddress[] =>
    settings?.address === undefined
      ? []
      : [{ path: ['machines', name, 'address'], address: settings.address, zone: zoneOfMachine(name) }],
  );
  return [...inZones, ...ofMachines];
}

/** `apps-worker-12` → `lan`; undefined when the name is no group's. */
export function zoneOfMachine(name: string): ZoneName | undefined {
  const group = groupNames.find((each) => each === name.replace(/-[1-9]\d*$/, ''));
  return group === undefined || group === name ? undefined : groupZones[group];
}
