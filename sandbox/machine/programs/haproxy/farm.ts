import type { Socket } from 'node:net';
import type { SimulatedMachine } from '../../machine.js';
import { isSettled, nextHealth } from '../health.js';
import type { Proxy, ServerSettings } from './configuration.js';
import { isWell } from './health-check.js';

export type Server = { settings: ServerSettings; health: number; sessions: Set<Socket> };

/** The servers of a backend, watched while the configuration is in force. */
export type Farm = {
  backend: Proxy;
  servers: readonly Server[];
  isUp: (server: Server) => boolean;
  /** The next server to take a connection, none of `tried` if it can be; undefined when all are down. */
  pick: (tried: readonly Server[]) => Server | undefined;
  /** Ends the watch; sessions stay. */
  stop: () => void;
};

export function createFarm(machine: SimulatedMachine, backend: Proxy): Farm {
  // A server counts as up until the first check says otherwise, and falls with it.
  const servers = backend.servers.map((settings): Server => ({
    settings,
    health: settings.rise,
    sessions: new Set(),
  }));
  const timers = new Map<Server, NodeJS.Timeout>();
  let [turn, stopped] = [0, false];
  const isUp = ({ settings, health }: Server): boolean => !settings.check || health >= settings.rise;

  const watch = async (server: Server): Promise<void> => {
    const { settings } = server;
    const before = isUp(server);
    const good = await isWell(machine, backend, settings);
    if (stopped) return;
    server.health = nextHealth(server.health, good, settings);
    if (isUp(server) !== before) markedAs(server);
    const { interMs, fastInterMs = interMs, downInterMs = interMs } = settings;
    const pauseMs = !isSettled(server.health, settings) ? fastInterMs : isUp(server) ? interMs : downInterMs;
    timers.set(server, setTimeout(() => void watch(server), pauseMs).unref());
  };

  const markedAs = (server: Server): void => {
    const up = isUp(server);
    machine.say(`haproxy: Server ${backend.name}/${server.settings.name} is ${up ? 'UP' : 'DOWN'}`);
    if (!up && server.settings.shutdownSessions) for (const session of server.sessions) session.destroy();
  };

  for (const server of servers) if (server.settings.check) void watch(server);

  return {
    backend,
    servers,
    isUp,
    pick: (tried) => {
      const up = servers.filter(isUp);
      const main = up.filter(({ settings }) => !settings.backup);
      // Of the standbys the first alone takes over (option allbackups is not simulated).
      const usable = main.length > 0 ? main : up.slice(0, 1);
      const fresh = usable.filter((server) => !tried.includes(server));
      const able = fresh.length > 0 ? fresh : usable;
      turn += 1;
      const rotated = able.map((_, index) => able[(index + turn) % able.length]!);
      if (backend.balance === 'roundrobin') return rotated[0];
      return rotated.sort((one, other) => one.sessions.size - other.sessions.size)[0];
    },
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
