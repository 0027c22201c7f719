import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { PublicKeyAuthMethod } from 'ssh2';
import { NotReadyError, PermanentError } from '../../errors.js';
import { isExpectedKey, wrongHostKey } from './host-key.js';
import { targetName, type SshTarget } from './target.js';

/** TCP, key exchange and login together. */
const connectMs = 15_000;
const keepaliveMs = 10_000;
/** After so many unanswered keepalives the connection counts as lost. */
const keepaliveMisses = 3;

/** An open connection and the host key it was opened under. `onClose` answers how to take the listener away again. */
export type Connection = { ssh: NodeSSH; hostKey: string; onClose: (listener: () => void) => () => void };

/**
 * Opens a connection; `sock` is the way there when it is not a plain TCP connection.
 * @throws PermanentError for another host key, NotReadyError when nobody answers or the login is refused
 */
export async function connect(target: SshTarget, sock?: Duplex): Promise<Connection> {
  const ssh = new NodeSSH();
  let shown = '';
  try {
    await ssh.connect({
      host: target.address,
      port: target.port,
      username: target.user,
      readyTimeout: connectMs,
      keepaliveInterval: keepaliveMs,
      keepaliveCountMax: keepaliveMisses,
      algorithms: { serverHostKey: ['ssh-ed25519'] },
      hostVerifier: (key: Buffer) => {
        shown = key.toString('base64');
        return isExpectedKey(target, shown);
      },
      authHandler: target.privateKeys.map((key): PublicKeyAuthMethod => ({
        type: 'publickey',
        username: target.user,
        key,
      })),
      ...(sock === undefined ? {} : { sock: sock }),
    });
  } catch (error) {
    ssh.dispose();
    if (shown !== '' && !isExpectedKey(target, shown)) throw wrongHostKey(target, shown);
    throw connectError(target, error as Error & { level?: string });
  }
  const client = ssh.connection;
  if (client === null)
    throw new NotReadyError(`SSH on ${targetName(target)}`, 'closed right after the login');
  // node-ssh takes its own listener away; an error event that nobody listens to would end the worker.
  client.on('error', () => undefined);
  const listeners = new Set<() => void>();
  client.once('close', () => {
    for (const listener of listeners) listener();
  });
  return {
    ssh,
    hostKey: shown,
    onClose: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function connectError(target: SshTarget, error: Error & { level?: string }): Error {
  if (/no matching host key/.test(error.message))
    return new PermanentError(
      `${targetName(target)} has no ed25519 host key, so it is not the machine that Socle made or was told about`,
    );
  if (error.level === 'client-authentication')
    return new NotReadyError(
      `login as ${target.user} on ${targetName(target)}`,
      `the host refused ${target.privateKeys.length === 1 ? 'the key' : 'every key'}. A machine that is still starting does that for a while; later, see whether ${target.user} has the operator key in authorized_keys`,
    );
  return new NotReadyError(`SSH on ${targetName(target)}`, error.message);
}
