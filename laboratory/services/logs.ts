import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer, type TlsOptions } from 'node:tls';
import { splitHostPort } from '../../config/site/address.js';

/** A log collector: takes lines over TLS, as rsyslog sends them unless it is told to count octets, and keeps them. */
export async function serveLogs(server: string, credentials: TlsOptions, file: string): Promise<void> {
  const { host, port } = splitHostPort(server, 6514);
  const kept = createWriteStream(file, { flags: 'a', mode: 0o600 });
  const collector = createServer(credentials, (connection) => {
    const lines = createInterface({ input: connection });
    lines.on('line', (line) => kept.write(`${line}\n`));
    // A machine whose power is cut is no reason to end; readline passes on what it hears of its input.
    for (const heard of [connection, lines]) heard.on('error', () => undefined);
  });
  // A port that is only tried, without a handshake, is no reason to end.
  collector.on('tlsClientError', () => undefined);
  collector.listen(port, host);
  await once(collector, 'listening');
}
