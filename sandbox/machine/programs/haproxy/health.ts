import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { SimulatedMachine } from '../../machine.js';
import type { Backend, Check, Server } from './configuration.js';

export type Health = {
  isUp: (server: Server) => boolean;
  stop: () => void;
};

/** As the defaults of Socle's text have them: milliseconds, and checks in a row. */
const [normalMs, hurriedMs, timeoutMs, rise, fall] = [5_000, 1_000, 4_000, 2, 3];

type Standing = { up: boolean; inARow: number; timer?: NodeJS.Timeout };

/**
 * Asks every server of a backend again and again. A server counts as up until its first check, which decides alone, as
 * HAProxy has it.
 * @param onDown ends the sessions of a server
 */
export function watchServers(
  machine: SimulatedMachine,
  { check, servers }: Backend,
  onDown: (server: Server) => void,
): Health {
  const standings = new Map<Server, Standing>();
  let stopped = false;
  const ask = async (server: Server, standing: Standing, first: boolean): Promise<void> => {
    const good = await answers(machine, server, check);
    if (stopped) return;
    standing.inARow = good === standing.up ? 0 : standing.inARow + 1;
    if (standing.inARow > 0 && (first || standing.inARow >= (standing.up ? fall : rise))) {
      standing.up = good;
      standing.inARow = 0;
      machine.say(`haproxy: Server ${server.name} is ${good ? 'UP' : 'DOWN'}`);
      if (!good) onDown(server);
    }
    standing.timer = setTimeout(
      () => void ask(server, standing, false),
      standing.inARow > 0 ? hurriedMs : normalMs,
    ).unref();
  };
  for (const server of servers) {
    const standing: Standing = { up: true, inARow: 0 };
    standings.set(server, standing);
    void ask(server, standing, true);
  }
  return {
    isUp: (server) => standings.get(server)?.up === true,
    stop: () => {
      stopped = true;
      for (const { timer } of standings.values()) clearTimeout(timer);
    },
  };
}

async function answers(
  machine: SimulatedMachine,
  { address, port, proxy }: Server,
  check: Check,
): Promise<boolean> {
  if (machine.surroundings.network.connect(machine.address, address, port) !== 'open') return false;
  return new Promise((resolve) => {
    const socket = connectTcp({ host: address, port, localAddress: machine.address });
    const end = (good: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(good);
    };
    const timer = setTimeout(() => end(false), timeoutMs).unref();
    socket.on('error', () => end(false)).on('close', () => end(false));
    socket.on('connect', () => {
      // A check says LOCAL: it comes from the balancer itself (proxy-protocol.txt, 2.2).
      if (proxy) socket.write(Buffer.concat([signature, Buffer.from([0x20, 0, 0, 0])]));
      if (!check.tls) return end(true);
      const tls = connectTls({ socket, rejectUnauthorized: false });
      tls.on('error', () => end(false));
      tls.on('secureConnect', () => {
        if (!check.http) return end(true);
        tls.write(`GET ${check.http.path} HTTP/1.1\r\nHost: ${check.http.host}\r\nConnection: close\r\n\r\n`);
      });
      tls.once('data', (data: Buffer) => {
        const status = /^HTTP\/1\.[01] (\d{3})/.exec(data.toString('latin1'))?.[1] ?? '';
        const { expected } = check.http!;
        end(expected.length > 0 ? expected.includes(status) : /^[23]/.test(status));
      });
    });
  });
}

/** The first twelve bytes of a PROXY header, version 2. */
export const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
