import { zoneNames } from '../config/machine.js';
import { prefixLength } from '../config/ipv4.js';
import type { Site } from '../config/site.js';
import { goProgram } from '../tools/go-program.js';
import { impairedNetworks, type Impairment } from './impairment.js';
import { bridges, insideIp, managementAddress } from './network.js';
import { startRelay, type Relay } from './relay.js';

/** Frames that an interface of the relay holds; its own 500 are too few for a fast sender. */
const queueLength = '10000';

export type Gateways = {
  /** Changes what the way into the zones does to packets, also while it is used; an address keeps its MAC address. */
  impair: (impairment: Impairment) => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Gives the zones their gateways: on the bridge of the port group or, where packets are to be late or lost, behind a
 * relay to it. What stays inside a port group never passes a relay; what goes from one into another passes two.
 * @param say told when a relay ends by itself: nothing reaches its zones then
 */
export function createGateways(site: Site, cacheFolder: string, say: (line: string) => void): Gateways {
  const indexes = new Map([...bridges(site).keys()].map((network, index) => [network, index]));
  let relay: Relay | undefined;

  const stop = async (): Promise<void> => {
    await relay?.stop();
    relay = undefined;
  };

  return {
    impair: async (impairment) => {
      const impaired = impairedNetworks(site, impairment);
      for (const index of indexes.values()) await bearGateways(site, index, `bridge${index}`);
      await stop();
      if (impaired.length === 0) return;
      const pairs = impaired.map(({ network, latencyMs, lossPercent }) => ({
        index: indexes.get(network)!,
        interfaces: [`gateway${indexes.get(network)}`, `relay${indexes.get(network)}`] as const,
        delayMs: latencyMs / 2,
        loss: lossPercent / 100,
      }));
      relay = await startRelay(await goProgram('relay', cacheFolder), pairs, (words) =>
        say(`The relay ended by itself, and with it the way into its zones: ${words}`),
      );
      for (const { index, interfaces } of pairs) {
        const [gateway, port] = interfaces;
        await insideIp('link', 'set', port, 'master', `bridge${index}`, 'txqueuelen', queueLength, 'up');
        await insideIp('link', 'set', gateway, 'txqueuelen', queueLength, 'up');
        await bearGateways(site, index, gateway);
      }
    },
    stop,
  };
}

/** Moves the gateways of a port group to an interface, with the MAC address that the machines know them by. */
async function bearGateways(site: Site, index: number, device: string): Promise<void> {
  const bridge = `bridge${index}`;
  const network = [...bridges(site).keys()][index];
  const relayed = device !== bridge;
  // The kernel answers for all its addresses on every interface: machines would find a way beside the relay.
  if (relayed) await insideIp('link', 'set', bridge, 'arp', 'off', 'address', macAddress(index, 'bridge'));
  await insideIp('link', 'set', device, 'arp', 'on', 'address', macAddress(index, 'gateway'));
  for (const name of zoneNames) {
    const zone = site.zones[name];
    if (zone.network !== network) continue;
    const address = `${zone.gateway}/${prefixLength(zone.cidr)}`;
    await insideIp('address', 'replace', address, 'dev', device, 'noprefixroute');
    // The orchestrator's own address, as a firewall sees it; without it a gateway's would be taken.
    await insideIp('route', 'replace', zone.cidr, 'dev', device, 'src', managementAddress(site));
    if (relayed) await insideIp('address', 'delete', address, 'dev', bridge);
  }
}

/** Locally administered. A bridge that is given none takes another one with every machine that is plugged in. */
function macAddress(index: number, of: 'gateway' | 'bridge'): string {
  return `02:00:00:00:${of === 'gateway' ? '01' : '02'}:${index.toString(16).padStart(2, '0')}`;
}
