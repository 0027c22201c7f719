import ssh2, { type AuthenticationType } from 'ssh2';
import { vi } from 'vitest';
import { operatorKey, sshPort } from './sandbox-fixture.js';

export type Session = { run: (command: string) => Promise<string>; closed: Promise<void>; end: () => void };

/** A session, or why there is none; with the methods that the server offered and the host key it showed, base64. */
export type LoginAttempt = { session: Session | undefined; offered: string[]; hostKey: string; why: string };

export type LoginOptions = { user?: string; privateKey?: string; password?: string; timeoutMs?: number };

/** Logs in as an ordinary SSH client does, and reports a refusal instead of throwing it. */
export function logIn(address: string, options: LoginOptions = {}): Promise<LoginAttempt> {
  const { user = 'operator-1', privateKey = operatorKey.private, password, timeoutMs = 5_000 } = options;
  const client = new ssh2.Client();
  const offered: string[] = [];
  let hostKey = '';
  const method =
    password === undefined
      ? { type: 'publickey' as const, username: user, key: privateKey }
      : { type: 'password' as const, username: user, password };
  const methods = [{ type: 'none' as const, username: user }, method];
  return new Promise((resolve) => {
    const closed = new Promise<void>((end) => client.once('close', () => end()));
    const session: Session = { run: (command) => execute(client, command), closed, end: () => client.end() };
    client.once('ready', () => resolve({ session, offered, hostKey, why: '' }));
    client.on('error', (error) => resolve({ session: undefined, offered, hostKey, why: error.message }));
    client.connect({
      host: address,
      port: sshPort,
      username: user,
      readyTimeout: timeoutMs,
      hostVerifier: (key: Buffer) => {
        hostKey = key.toString('base64');
        return true;
      },
      authHandler: (left: AuthenticationType[] | null, _partial, next) => {
        if (left) offered.splice(0, offered.length, ...left);
        next(methods.shift() ?? (false as never));
      },
    });
  });
}

/** Waits until sshd takes the operator's login, as after a boot. */
export async function logInWhenUp(address: string, options?: LoginOptions): Promise<Session> {
  return vi.waitFor(
    async () => {
      const { session, why } = await logIn(address, options);
      if (!session) throw new Error(why);
      return session;
    },
    { timeout: 20_000, interval: 10 },
  );
}

function execute(client: ssh2.Client, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      let output = '';
      channel.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      channel.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
      channel.once('close', () => resolve(output.trim()));
      return channel.end();
    });
  });
}
