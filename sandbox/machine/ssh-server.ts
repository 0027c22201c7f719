import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { once } from 'node:events';
import ssh2, {
  type AuthenticationType,
  type Connection,
  type Session as SshSession,
  type ServerChannel,
} from 'ssh2';
import { authorizedKey, type AuthorizedKey } from './authorized-keys.js';
import { freshKey } from './fresh-key.js';
import { parseKey } from './parse-key.js';
import type { SimulatedMachine } from './machine.js';
import { runShell } from './shell.js';

/** The sshd of one machine, listening on the machine's own address. */
export type SshServer = {
  /** Breaks every open connection without a word, as a crash would. */
  cut: () => void;
  close: () => Promise<void>;
};

/**
 * Listens as sshd does: with the host key and the settings that it read when it was started or reloaded last, for the
 * accounts and keys that stand in the machine's files now, behind the machine's firewall.
 */
export async function listenSsh(machine: SimulatedMachine): Promise<SshServer> {
  const sockets = new Set<Socket>();
  const server: TcpServer = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    accept(machine, socket);
  });
  server.listen(machine.sshd?.port ?? 22, machine.address);
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

function accept(machine: SimulatedMachine, socket: Socket): void {
  const { faults } = machine.surroundings;
  const source = socket.remoteAddress ?? '';
  const fault = faults.take('machine', 'ssh.connect', machine.name);
  const running = machine.running.get('ssh.service')?.state === 'active' && machine.sshd !== undefined;
  if (!running || fault?.kind === 'reset') return void socket.resetAndDestroy();
  // A dropped packet, or a machine without a cable, gives no answer: the socket stays silent until the other gives up.
  const { network } = machine.surroundings;
  const packet = { source, protocol: 'tcp' as const, port: machine.sshd?.port ?? 22 };
  if (!network.isAttached(machine) || network.passes(undefined, machine.address, packet) !== 'accept') return;
  const hostKey = fault?.kind === 'wrong-host-key' ? freshKey().private : machine.sshd!.hostKey;
  const server = new ssh2.Server(
    { hostKeys: [hostKey], ident: 'OpenSSH_9.2p1 Debian-2+deb12u3' },
    (connection) => serve(machine, connection, socket),
  );
  server.injectSocket(socket);
}

function serve(machine: SimulatedMachine, connection: Connection, socket: Socket): void {
  let user = '';
  let forced: string | undefined;
  const abort = new AbortController();
  connection.on('error', () => undefined);
  connection.once('close', () => abort.abort());
  connection.on('authentication', (context) => {
    user = context.username;
    // No account has a password, so one never fits; whether sshd would ask for it is for the client to see.
    const methods: AuthenticationType[] = machine.sshd?.passwordAuthentication
      ? ['publickey', 'password']
      : ['publickey'];
    if (context.method !== 'publickey') return context.reject(methods);
    const { key, signature, blob, hashAlgo } = context;
    void authorized(machine, user, key.data, socket.remoteAddress ?? '').then((found) => {
      if (found === undefined) return context.reject(methods);
      if (!signature || !blob) return context.accept();
      const verified = parseKey(key.data)?.verify(blob, signature, hashAlgo) === true;
      if (!verified) return context.reject(methods);
      machine.logins += 1;
      forced = found.command;
      return context.accept();
    });
  });
  connection.on('session', (acceptSession) => {
    const session = acceptSession();
    onExec(session, machine, () => ({ user, forced }), socket, abort.signal);
  });
}

function onExec(
  session: SshSession,
  machine: SimulatedMachine,
  login: () => { user: string; forced: string | undefined },
  socket: Socket,
  signal: AbortSignal,
): void {
  session.on('env', (acceptEnv) => acceptEnv?.());
  session.on('exec', (acceptExec, _reject, info) => {
    const channel = acceptExec();
    const chunks: Buffer[] = [];
    channel.on('data', (chunk: Buffer) => chunks.push(chunk));
    channel.on('error', () => undefined);
    channel.once('end', () => {
      const { user, forced } = login();
      void execute(
        machine,
        user,
        forced ?? info.command,
        Buffer.concat(chunks).toString('utf8'),
        channel,
        socket,
        signal,
      );
    });
  });
}

async function execute(
  machine: SimulatedMachine,
  user: string,
  command: string,
  stdin: string,
  channel: ServerChannel,
  socket: Socket,
  signal: AbortSignal,
): Promise<void> {
  const fault = machine.surroundings.faults.take('machine', 'ssh.exec', machine.name);
  const cut = new AbortController();
  const ended = AbortSignal.any([signal, cut.signal]);
  if (fault?.kind === 'slow')
    await new Promise((resolve) => setTimeout(resolve, Number(fault.argument ?? 1_000)));
  if (fault?.kind === 'error')
    return finish(channel, {
      stdout: '',
      stderr: `${fault.argument ?? 'input/output error'}\n`,
      exitCode: 1,
    });
  const timer =
    fault?.kind === 'reset'
      ? setTimeout(() => (cut.abort(), socket.resetAndDestroy()), Number(fault.argument ?? 5))
      : undefined;
  try {
    const ran = await runShell(machine, user, command, stdin, ended);
    clearTimeout(timer);
    // A command that ended before the time of its reset loses its answer instead: a fault always strikes once.
    if (fault?.kind === 'lost-answer' || fault?.kind === 'reset') return void socket.resetAndDestroy();
    finish(channel, ran);
  } catch (error) {
    if (ended.aborted) return;
    finish(channel, { stdout: '', stderr: `simulated shell: ${(error as Error).message}\n`, exitCode: 126 });
  }
}

function finish(
  channel: ServerChannel,
  { stdout, stderr, exitCode }: { stdout: string; stderr: string; exitCode: number },
): void {
  if (stdout) channel.write(stdout);
  if (stderr) channel.stderr.write(stderr);
  channel.exit(exitCode);
  channel.end();
}

/** What a key opens: by the account, its file of keys and what sshd's settings say; undefined when it opens nothing. */
async function authorized(
  machine: SimulatedMachine,
  user: string,
  key: Buffer,
  source: string,
): Promise<AuthorizedKey | undefined> {
  const { sshd } = machine;
  const entry = ((await machine.files.text('/etc/passwd')) ?? '')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`));
  if (!sshd || !entry) return undefined;
  if (user === 'root' && !sshd.permitRootLogin) return undefined;
  if (sshd.allowUsers.length > 0 && !sshd.allowUsers.includes(user)) return undefined;
  const [, , , , , home = '', shell = ''] = entry.split(':');
  if (/nologin|false/.test(shell) || (await isExpired(machine, user))) return undefined;
  const keys = (await machine.files.text(`${home}/.ssh/authorized_keys`)) ?? '';
  const found = authorizedKey(keys, key.toString('base64'));
  return found?.from === undefined || found.from.includes(source) ? found : undefined;
}

async function isExpired(machine: SimulatedMachine, user: string): Promise<boolean> {
  const entry = ((await machine.files.text('/etc/shadow')) ?? '')
    .split('\n')
    .find((line) => line.startsWith(`${user}:`));
  const expires = entry?.split(':')[7] ?? '';
  return expires !== '' && Number(expires) < Date.now() / 86_400_000;
}
