import { once } from 'node:events';
import { createServer } from 'node:net';
import { splitHostPort } from '../../config/site/address.js';

/** A log collector as far as its port goes: it takes connections and keeps nothing. */
export async function serveLogs(server: string): Promise<void> {
  const { host, port } = splitHostPort(server, 6514);
  const collector = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.resume();
  });
  collector.listen(port, host);
  await once(collector, 'listening');
}
