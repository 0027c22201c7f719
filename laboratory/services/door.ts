import { createServer } from 'node:net';
import { once } from 'node:events';

/**
 * Listens on the loopback of the network namespace that this process is in, and hands the listening socket to the
 * process outside that started this one: what connects inside is accepted outside. Sockets keep their namespace.
 */
export async function startDoor(port: number): Promise<void> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ door: port }, server, {}, () => server.close());
}
