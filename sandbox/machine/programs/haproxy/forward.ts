import type { Socket } from 'node:net';
import type { SimulatedMachine } from '../../machine.js';
import { dial } from '../dial.js';
import { readGreeting } from './client-hello.js';
import type { Proxy, Sample } from './configuration.js';
import type { Farm, Server } from './farm.js';
import { proxyHeader } from './proxy-protocol.js';

/** Larger than any greeting that a client sends. */
const mostBytes = 16_384;

/** Takes a client's connection to a server of the backend that the frontend's rules choose. */
export async function forward(
  machine: SimulatedMachine,
  frontend: Proxy,
  farms: ReadonlyMap<string, Farm>,
  client: Socket,
  sample: Sample,
): Promise<void> {
  client.setTimeout(frontend.timeoutsMs['client'] ?? 0, () => client.destroy());
  const head = frontend.contentRules.length > 0 ? await inspected(frontend, client, sample) : Buffer.alloc(0);
  if (!head) return void client.destroy();
  const name = frontend.uses.find(({ holds }) => holds(sample))?.action ?? frontend.defaultBackend;
  const farm = name === undefined ? undefined : farms.get(name);
  const reached = farm && (await reachServer(machine, farm));
  if (!farm || !reached || client.destroyed) {
    reached?.socket.destroy();
    return void client.destroy();
  }
  join(client, head, farm, reached);
}

/** The first bytes, once a content rule decides that they may go on; undefined when it refuses or they never come. */
function inspected(frontend: Proxy, client: Socket, sample: Sample): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const end = (result: Buffer | undefined): void => {
      clearTimeout(timer);
      client.pause().removeListener('data', read).removeListener('close', closed);
      resolve(result);
    };
    const decide = (): void => {
      const rule = frontend.contentRules.find(({ holds }) => holds(sample));
      end(rule?.action === 'reject' ? undefined : head);
    };
    const read = (chunk: Buffer): void => {
      head = Buffer.concat([head, chunk]);
      const greeting = readGreeting(head);
      if (greeting === 'incomplete' && head.length < mostBytes) return;
      if (typeof greeting === 'object') sample.hello = greeting;
      decide();
    };
    const closed = (): void => end(undefined);
    const timer = setTimeout(decide, frontend.inspectDelayMs).unref();
    client.on('data', read).once('close', closed);
  });
}

type Reached = { server: Server; socket: Socket };

/** A server that cannot be reached is passed over for another (`option redispatch`), or asked again. */
async function reachServer(machine: SimulatedMachine, farm: Farm): Promise<Reached | undefined> {
  const { retries, redispatch, timeoutsMs } = farm.backend;
  const tried: Server[] = [];
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    const server = redispatch || tried.length === 0 ? farm.pick(tried) : tried[0];
    if (!server) return undefined;
    tried.push(server);
    try {
      const { address, port } = server.settings;
      return { server, socket: await dial(machine, address, port, timeoutsMs['connect'] ?? 5_000) };
    } catch (error) {
      machine.say(`haproxy: ${farm.backend.name}/${server.settings.name}: ${(error as Error).message}`);
    }
  }
  return undefined;
}

function join(client: Socket, head: Buffer, farm: Farm, { server, socket }: Reached): void {
  const { tunnel, server: idle = 0 } = farm.backend.timeoutsMs;
  const ends = {
    source: client.remoteAddress ?? '0.0.0.0',
    sourcePort: client.remotePort ?? 0,
    target: client.localAddress ?? '0.0.0.0',
    targetPort: client.localPort ?? 0,
  };
  if (server.settings.proxyHeader) socket.write(proxyHeader(ends));
  if (head.length > 0) socket.write(head);
  server.sessions.add(client);
  for (const side of [client, socket]) side.setTimeout(tunnel ?? idle, () => side.destroy());
  client.once('close', () => (server.sessions.delete(client), socket.destroy()));
  socket.once('close', () => client.destroy());
  client.pipe(socket);
  socket.pipe(client);
}
