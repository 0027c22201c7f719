import type { SimulatedMachine } from '../../machine.js';
import { giveAddressUp, takeAddress } from './addresses.js';
import type { VirtualRouter } from './configuration.js';

/** What a VRRP packet says, beside the address that it comes from. */
export type Advertisement = {
  source: string;
  version: 2 | 3;
  routerId: number;
  /** 0: the sender gives the addresses up. */
  priority: number;
  intervalSeconds: number;
};

export type RunningRouter = {
  isMaster: () => boolean;
  receive: (packet: Advertisement) => void;
  /** Whether the machine may hold the addresses: its checks are well and its cable is in. */
  allow: (allowed: boolean) => void;
  stop: () => void;
  /** Leaves the addresses on the card, as a killed keepalived does. */
  kill: () => void;
};

/**
 * One virtual router, as RFC 3768 (VRRP 2) and RFC 5798 (VRRP 3) have it; with preemption, by unicast.
 * @param wasMaster after a reload: it goes on as master
 */
export function startRouter(
  machine: SimulatedMachine,
  router: VirtualRouter,
  wasMaster: boolean,
): RunningRouter {
  const { network } = machine.surroundings;
  let state: 'fault' | 'backup' | 'master' | 'ended' = 'fault';
  let timer: NodeJS.Timeout | undefined;
  let masterSeconds = router.intervalSeconds;

  const advertise = (priority = router.priority): void => {
    const { version, routerId, intervalSeconds, source } = router;
    const way = { source: machine.address, protocol: 'vrrp' as const, port: 0 };
    for (const peer of router.peers)
      if (network.passes(machine, peer, way) === 'accept')
        network.holderOf(peer)?.onAdvertisement?.({ source, version, routerId, priority, intervalSeconds });
  };
  const skewSeconds = (): number =>
    ((256 - router.priority) / 256) * (router.version === 2 ? 1 : masterSeconds);
  const after = (seconds: number, action: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(action, seconds * 1_000).unref();
  };
  const downSeconds = (): number => 3 * masterSeconds + skewSeconds();

  const giveAddressesUp = (): void => {
    for (const { address } of router.addresses) giveAddressUp(machine, address);
  };
  const becomeMaster = (): void => {
    state = 'master';
    // Before the addresses, so that whoever has them lets go first.
    advertise();
    if (state !== 'master') return;
    for (const { address, card } of router.addresses) takeAddress(machine, address, card);
    repeat();
  };
  const repeat = (): void =>
    after(router.intervalSeconds, () => {
      advertise();
      if (state === 'master') repeat();
    });
  const becomeBackup = (): void => {
    state = 'backup';
    giveAddressesUp();
    after(downSeconds(), becomeMaster);
  };
  const becomeFaulty = (): void => {
    const wasMaster = state === 'master';
    state = 'fault';
    clearTimeout(timer);
    giveAddressesUp();
    if (wasMaster) advertise(0);
  };
  const yields = (packet: Advertisement): boolean =>
    packet.priority > router.priority ||
    (packet.priority === router.priority && numberOf(packet.source) > numberOf(router.source));

  if (wasMaster) becomeMaster();
  // Left from one that was killed.
  else giveAddressesUp();

  return {
    isMaster: () => state === 'master',
    receive: (packet) => {
      if (packet.routerId !== router.routerId || packet.version !== router.version) return;
      if (state === 'fault' || state === 'ended') return;
      if (router.version === 2 && packet.intervalSeconds !== router.intervalSeconds) return;
      if (state === 'master') {
        if (yields(packet)) {
          masterSeconds = packet.intervalSeconds;
          becomeBackup();
        } else advertise();
      } else if (packet.priority === 0) after(skewSeconds(), becomeMaster);
      else if (packet.priority >= router.priority) {
        masterSeconds = packet.intervalSeconds;
        after(downSeconds(), becomeMaster);
      }
    },
    allow: (allowed) => {
      if (allowed && state === 'fault') becomeBackup();
      else if (!allowed && (state === 'backup' || state === 'master')) becomeFaulty();
    },
    stop: () => {
      becomeFaulty();
      state = 'ended';
    },
    kill: () => {
      state = 'ended';
      clearTimeout(timer);
    },
  };
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}
