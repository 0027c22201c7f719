import { once } from 'node:events';
import ssh2, { type ClientChannel } from 'ssh2';
import { CommandError, type CommandContext, type Ran, type SimulatedCommand } from '../command.js';
import { dial } from '../programs/dial.js';

const connectMs = 10_000;

/** `ssh` from one simulated machine to another: a real client that meets the other's real sshd, and checks its key. */
export const sshCommands: readonly SimulatedCommand[] = [{ name: 'ssh', run: ssh }];

type Wanted = { key: string; knownHosts: string; port: number; user: string; host: string; command: string };

async function ssh(args: string[], context: CommandContext): Promise<Partial<Ran>> {
  const { user, host, port, key, knownHosts, command } = wantedOf(args);
  const { machine } = context;
  const [privateKey, known = ''] = await Promise.all([
    machine.files.text(key),
    machine.files.text(knownHosts),
  ]);
  if (privateKey === undefined) throw failed(`${user}@${host}: Permission denied (publickey).`);
  const socket = await dial(machine, host, port, connectMs).catch((error: Error) => {
    throw failed(`ssh: connect to host ${host} port ${port}: ${error.message}`);
  });
  const client = new ssh2.Client();
  const name = port === 22 ? host : `[${host}]:${port}`;
  const isKnown = (found: Buffer): boolean =>
    known.split('\n').some((line) => line.startsWith(`${name} `) && line.includes(found.toString('base64')));
  client.connect({ sock: socket, username: user, privateKey, hostVerifier: isKnown });
  try {
    await once(client, 'ready');
    return await exchange(client, command, context.stdin);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw failed(`${user}@${host}: ${(error as Error).message}`);
  } finally {
    client.end();
  }
}

async function exchange(client: ssh2.Client, command: string, stdin: string): Promise<Ran> {
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    client.exec(command, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const output = { stdout: '', stderr: '' };
  channel.on('data', (part: Buffer) => (output.stdout += part.toString()));
  channel.stderr.on('data', (part: Buffer) => (output.stderr += part.toString()));
  let exitCode = 255;
  channel.once('exit', (code: number) => (exitCode = code));
  channel.end(stdin);
  await once(channel, 'close');
  return { ...output, exitCode };
}

/** Only what a unit without a person can use: one key, checked host keys, no question. */
function wantedOf(args: readonly string[]): Wanted {
  const words = [...args];
  const given = new Map<string, string>();
  while (words[0]?.startsWith('-')) {
    const [flag, value = ''] = words.splice(0, 2);
    const [name, setting] = flag === '-o' ? value.split('=') : [flag, value];
    given.set(name!, setting ?? '');
  }
  const [login = '', ...command] = words;
  const [user, host] = login.split('@');
  const known = ['-i', '-p', 'BatchMode', 'StrictHostKeyChecking', 'UserKnownHostsFile'];
  const left = [...given.keys()].filter(
    (name) => ![...known, 'ConnectTimeout', 'ServerAliveInterval'].includes(name),
  );
  const key = given.get('-i');
  const knownHosts = given.get('UserKnownHostsFile');
  if (key === undefined || knownHosts === undefined || user === undefined || host === undefined)
    throw failed('ssh: only "ssh -i KEY -o UserKnownHostsFile=FILE USER@ADDRESS COMMAND" is simulated');
  if (left.length > 0 || given.get('StrictHostKeyChecking') !== 'yes')
    throw failed(`ssh: not simulated: ${left.join(', ')} StrictHostKeyChecking other than yes`);
  return { key, knownHosts, user, host, port: Number(given.get('-p') ?? 22), command: command.join(' ') };
}

function failed(message: string): CommandError {
  return new CommandError(message, 255);
}
