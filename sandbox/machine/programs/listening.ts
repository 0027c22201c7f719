import { createServer, type Server, type Socket } from 'node:net';
import type { SimulatedMachine } from '../machine.js';

export type Endpoint = { address: string; port: number };

/** A program's real sockets: each is open while its machine has the address on the network. */
export type Listening = {
  /** From now on these are wanted; connections that are open stay, but for those of an address that is gone. */
  settle: (wanted: readonly Endpoint[]) => void;
  close: () => void;
};

const keyOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

/**
 * Listens behind the machine's firewall. Where the process may not open a port (below 1024, or taken by another process
 * of this computer), it is open inside the simulated network alone, and the machine's console says so.
 */
export function createListening(
  machine: SimulatedMachine,
  accept: (endpoint: Endpoint, socket: Socket) => void,
): Listening {
  const { network } = machine.surroundings;
  const servers = new Map<string, Server>();
  const connections = new Map<Socket, string>();

  const arrived = (endpoint: Endpoint, socket: Socket): void => {
    connections.set(socket, endpoint.address);
    socket.once('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    const source = socket.remoteAddress ?? '';
    const verdict = network.passes(undefined, endpoint.address, {
      source,
      protocol: 'tcp',
      port: endpoint.port,
    });
    if (verdict === 'reject') socket.resetAndDestroy();
    // A dropped packet gets no answer at all: the socket stays silent until the other side gives up.
    else if (verdict === 'accept') accept(endpoint, socket);
  };

  const open = (endpoint: Endpoint): void => {
    const server = createServer({ allowHalfOpen: true }, (socket) => arrived(endpoint, socket));
    servers.set(keyOf(endpoint), server);
    server.on('error', (error: NodeJS.ErrnoException) => {
      machine.say(`${keyOf(endpoint)} is open inside the sandbox only: ${error.code ?? error.message}`);
    });
    server.listen({ host: endpoint.address, port: endpoint.port, backlog: 2048 });
  };

  const settle: Listening['settle'] = (wanted) => {
    const here = wanted.filter(({ address }) => network.holderOf(address) === machine);
    const keys = new Set(here.map(keyOf));
    for (const [key, server] of servers)
      if (!keys.has(key)) {
        servers.delete(key);
        server.close();
      }
    for (const [socket, address] of connections) if (network.holderOf(address) !== machine) socket.destroy();
    for (const endpoint of here) if (!servers.has(keyOf(endpoint))) open(endpoint);
  };

  return {
    settle,
    close: () => {
      settle([]);
      for (const socket of connections.keys()) socket.destroy();
    },
  };
}
