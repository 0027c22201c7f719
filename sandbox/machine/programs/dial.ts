import { connect, type Socket } from 'node:net';
import type { SimulatedMachine } from '../machine.js';

/**
 * Connects from a machine's own address, as a program on it does: over a real connection, which the firewall of a
 * simulated machine at the other end may drop or reject.
 * @throws Error when there is no connection after `timeoutMs`
 */
export async function dial(
  machine: SimulatedMachine,
  address: string,
  port: number,
  timeoutMs: number,
): Promise<Socket> {
  const { network } = machine.surroundings;
  const verdict = network.passes(machine, address, { source: machine.address, protocol: 'tcp', port });
  if (verdict === 'reject') throw new Error('Connection refused');
  return new Promise((resolve, reject) => {
    const late = (): void => {
      socket?.destroy();
      reject(new Error('Connection timed out'));
    };
    const timer = setTimeout(late, timeoutMs).unref();
    const socket =
      verdict === 'drop'
        ? undefined
        : connect({ host: address, port, localAddress: machine.address, allowHalfOpen: true });
    socket?.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => socket.destroy());
      resolve(socket);
    });
    socket?.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
