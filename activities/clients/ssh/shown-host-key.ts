import type { Duplex } from 'node:stream';
import { Client } from 'ssh2';
import { lease } from './connection-pool.js';
import { targetName, type SshTarget } from './target.js';

const connectMs = 5_000;

/**
 * The ed25519 host key that a target shows, base64; nothing is sent to it after that.
 * @throws Error with the cause when nobody answers
 */
export async function shownHostKey(target: SshTarget, signal: AbortSignal): Promise<string> {
  if (target.jumpHost === undefined) return askKey(target, signal);
  const jump = await lease(target.jumpHost);
  try {
    const { ssh } = jump.connection;
    return await askKey(target, signal, await ssh.forwardOut('127.0.0.1', 0, target.address, target.port));
  } finally {
    jump.release();
  }
}

function askKey(target: SshTarget, signal: AbortSignal, sock?: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const end = (): void => void client.destroy();
    signal.addEventListener('abort', end, { once: true });
    client
      .on('error', reject)
      .on('close', () => {
        signal.removeEventListener('abort', end);
        reject(new Error(`${targetName(target)} closed the connection before it showed a host key`));
      })
      .connect({
        host: target.address,
        port: target.port,
        username: target.user,
        readyTimeout: connectMs,
        algorithms: { serverHostKey: ['ssh-ed25519'] },
        hostVerifier: (key: Buffer) => {
          resolve(key.toString('base64'));
          return false;
        },
        ...(sock && { sock: sock }),
      });
  });
}
