import { connect, type Socket } from 'node:net';
import { addressMatches } from '../../firewall.js';
import type { SimulatedMachine } from '../../machine.js';
import type { Configuration, Frontend, Server } from './configuration.js';
import { readGreeting } from './greeting.js';
import { signature, watchServers, type Health } from './health.js';

const [inspectMs, tenSecondsMs] = [5_000, 10_000];

/** One configuration in force: what is done with each connection. It lives until its last connection has ended. */
export type Sessions = {
  accept: (frontend: Frontend, socket: Socket) => void;
  states: () => { backend: string; server: string; up: boolean }[];
  /** No new checks; open connections go on. */
  retire: () => void;
};

export function openSessions(machine: SimulatedMachine, { backends }: Configuration): Sessions {
  const toServer = new Map<Server, Set<Socket>>();
  const open = new Map<Frontend, Socket[]>();
  const waiting = new Map<Frontend, Socket[]>();
  const recent = new Map<string, number[]>();
  const health = new Map<string, Health>();
  for (const [name, backend] of backends)
    health.set(
      name,
      watchServers(machine, backend, (server) => {
        for (const socket of toServer.get(server) ?? []) socket.destroy();
      }),
    );

  const mayOpen = (frontend: Frontend, source: string): boolean => {
    const { perSource } = frontend;
    if (!perSource) return true;
    const key = `${frontend.name} ${source}`;
    const lately = (recent.get(key) ?? []).filter((at) => at > Date.now() - tenSecondsMs);
    recent.set(key, [...lately, Date.now()]);
    const now = (open.get(frontend) ?? []).filter(({ remoteAddress }) => remoteAddress === source).length + 1;
    return (
      !(perSource.open !== undefined && now > perSource.open) &&
      !(perSource.newInTenSeconds !== undefined && lately.length + 1 > perSource.newInTenSeconds)
    );
  };

  const serve = (frontend: Frontend, socket: Socket): void => {
    const all = open.get(frontend) ?? [];
    open.set(frontend, [...all, socket]);
    socket.once('close', () => {
      open.set(
        frontend,
        open.get(frontend)!.filter((other) => other !== socket),
      );
      const next = waiting.get(frontend)?.shift();
      if (next) serve(frontend, next);
    });
    if (frontend.redirects) return redirect(socket);
    if (!frontend.greeting) return forward(frontend, socket, undefined, Buffer.alloc(0));
    let bytes = Buffer.alloc(0);
    const giveUp = setTimeout(() => socket.resetAndDestroy(), inspectMs).unref();
    const read = (part: Buffer): void => {
      bytes = Buffer.concat([bytes, part]);
      const greeting = readGreeting(bytes);
      if (greeting === 'incomplete') return;
      clearTimeout(giveUp);
      socket.off('data', read);
      if (greeting === 'other') return void socket.resetAndDestroy();
      forward(frontend, socket, greeting.name, bytes);
    };
    socket.on('data', read);
  };

  const forward = (frontend: Frontend, socket: Socket, name: string | undefined, begin: Buffer): void => {
    const use = frontend.uses.find(
      (one) => one.name === undefined || (name !== undefined && one.name.test(name)),
    );
    const backend = use && backends.get(use.backend);
    const up = backend?.servers.filter((server) => health.get(backend.name)!.isUp(server)) ?? [];
    const first = up.filter(({ backup }) => !backup);
    const [server] = (first.length > 0 ? first : up.slice(0, 1)).sort(
      (a, b) => (toServer.get(a)?.size ?? 0) - (toServer.get(b)?.size ?? 0),
    );
    if (!server) return void socket.destroy();
    const { network } = machine.surroundings;
    if (network.connect(machine.address, server.address, server.port) !== 'open')
      return void socket.destroy();
    const there = connect({ host: server.address, port: server.port, localAddress: machine.address });
    toServer.set(server, (toServer.get(server) ?? new Set()).add(there));
    there.once('close', () => {
      toServer.get(server)?.delete(there);
      socket.destroy();
    });
    there.on('error', () => there.destroy());
    socket.once('close', () => there.destroy());
    if (server.proxy) there.write(proxyHeader(socket));
    there.write(begin);
    socket.pipe(there).pipe(socket);
  };

  return {
    accept: (frontend, socket) => {
      socket.on('error', () => socket.destroy());
      const source = socket.remoteAddress ?? '';
      const allowed = frontend.sources?.some((pattern) => addressMatches(source, pattern)) ?? true;
      if (!allowed || !mayOpen(frontend, source)) return void socket.resetAndDestroy();
      const { maxConnections = Infinity } = frontend;
      if ((open.get(frontend)?.length ?? 0) < maxConnections) return serve(frontend, socket);
      waiting.set(frontend, [...(waiting.get(frontend) ?? []), socket]);
    },
    states: () =>
      [...backends.values()].flatMap(({ name, servers }) =>
        servers.map((server) => ({ backend: name, server: server.name, up: health.get(name)!.isUp(server) })),
      ),
    retire: () => {
      for (const one of health.values()) one.stop();
    },
  };
}

function redirect(socket: Socket): void {
  socket.once('data', (data: Buffer) => {
    const [, path = '/'] = /^\S+ (\S+)/.exec(data.toString('latin1')) ?? [];
    const host = /^host:\s*([^\s:]+)/im.exec(data.toString('latin1'))?.[1] ?? '';
    socket.end(
      `HTTP/1.1 301 Moved Permanently\r\ncontent-length: 0\r\nlocation: https://${host}${path}\r\n\r\n`,
    );
  });
}

/** The client's address before its first byte: haproxy.org, proxy-protocol.txt, 2.2, TCP over IPv4. */
function proxyHeader({ remoteAddress, remotePort, localAddress, localPort }: Socket): Buffer {
  const octets = (address = '0.0.0.0'): number[] => address.split('.').map(Number);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(remotePort ?? 0, 0);
  ports.writeUInt16BE(localPort ?? 0, 2);
  const addresses = Buffer.from([...octets(remoteAddress), ...octets(localAddress)]);
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12]), addresses, ports]);
}
