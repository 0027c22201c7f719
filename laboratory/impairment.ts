import { exitCodes, UserError } from '../config/errors.js';
import { zoneNames, type ZoneName } from '../config/machine.js';
import type { Site } from '../config/site.js';

/** A number for every zone, or for some. */
export type ForZones = number | Partial<Record<ZoneName, number>>;

/** What the way into a zone does to packets; nothing for a zone that is not named. */
export type Impairment = {
  /** Milliseconds that a round trip takes longer, half of it in each direction. */
  latencyMs?: ForZones;
  /** Per cent of the packets that are lost, in each direction. */
  lossPercent?: ForZones;
};

export type ImpairedNetwork = { network: string; latencyMs: number; lossPercent: number };

/**
 * The port groups whose traffic has to be impaired.
 * @throws UserError when zones that share a port group shall differ
 */
export function impairedNetworks(
  site: Site,
  { latencyMs = 0, lossPercent = 0 }: Impairment,
): ImpairedNetwork[] {
  const networks = new Map<string, ImpairedNetwork>();
  for (const zone of zoneNames) {
    const { network } = site.zones[zone];
    const wanted = {
      network,
      latencyMs: valueFor(zone, latencyMs),
      lossPercent: valueFor(zone, lossPercent),
    };
    const known = networks.get(network) ?? wanted;
    if (known.latencyMs !== wanted.latencyMs || known.lossPercent !== wanted.lossPercent)
      throw new UserError(
        `Zone ${zone} shares port group ${network} with another one: give both the same latency and loss`,
        exitCodes.usage,
      );
    networks.set(network, known);
  }
  return [...networks.values()].filter((one) => one.latencyMs > 0 || one.lossPercent > 0);
}

function valueFor(zone: ZoneName, values: ForZones): number {
  return typeof values === 'number' ? values : (values[zone] ?? 0);
}
