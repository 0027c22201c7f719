import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import type { SimulatedMachine } from '../../machine.js';
import { dial } from '../dial.js';
import type { Proxy, ServerSettings } from './configuration.js';
import { proxyHeader } from './proxy-protocol.js';

/** HAProxy's own, where no `timeout check` and no `timeout connect` is given. */
const patienceMs = 2_000;

/** Asks a server once, as its line and its backend say: a connection, a TLS handshake, or a request and its status. */
export async function isWell(
  machine: SimulatedMachine,
  backend: Proxy,
  server: ServerSettings,
): Promise<boolean> {
  const { timeoutsMs, httpCheck } = backend;
  const timeoutMs = timeoutsMs['check'] ?? timeoutsMs['connect'] ?? patienceMs;
  let open: Socket | undefined;
  const timer = setTimeout(() => open?.destroy(new Error('timed out')), timeoutMs).unref();
  try {
    const socket = await dial(machine, server.address, server.port, timeoutMs);
    open = socket;
    if (server.proxyHeader) socket.write(proxyHeader());
    if (!server.checkTls && !httpCheck) return true;
    const channel = server.checkTls ? connect({ socket, rejectUnauthorized: false }) : socket;
    // Never the connection under the TLS that has taken it over.
    open = channel;
    if (channel !== socket) await once(channel, 'secureConnect');
    channel.on('error', () => channel.destroy());
    if (!httpCheck) return true;
    channel.write(`GET ${httpCheck.path} HTTP/1.1\r\nHost: ${httpCheck.host}\r\nConnection: close\r\n\r\n`);
    return httpCheck.expects(await statusOf(channel));
  } catch {
    // Whatever hinders it, the server is not well: that is what a check finds out.
    return false;
  } finally {
    clearTimeout(timer);
    open?.destroy();
  }
}

async function statusOf(channel: Socket): Promise<number> {
  let head = '';
  for await (const chunk of channel) {
    head += (chunk as Buffer).toString('latin1');
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
    if (status !== undefined) return Number(status);
  }
  return 0;
}
