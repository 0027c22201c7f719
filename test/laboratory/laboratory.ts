import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { markedProcesses } from '../../laboratory/processes.js';

export type Ran = { code: number | null; stdout: string; stderr: string };

export const peer = join(import.meta.dirname, 'peer.mjs');
export const main = 'dist/client/main.js';

/** `socle lab up` as a person has it in a terminal. */
export type Terminal = { child: ChildProcess; environment: NodeJS.ProcessEnv };

export async function labUp(...options: string[]): Promise<Terminal> {
  const child = spawn(process.execPath, [main, 'lab', 'up', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`socle lab up ended:\n${output}`);
    return output.includes('Ctrl-C stops all');
  }, 380_000);
  const address = /TEMPORAL_ADDRESS=(\S+)/.exec(output)?.[1] ?? '127.0.0.1:7233';
  return { child, environment: { ...process.env, TEMPORAL_ADDRESS: address, NO_COLOR: '1' } };
}

/** Sends a signal and waits until the process is gone. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export async function socle(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ran> {
  return program([process.execPath, main, ...args], environment);
}

export async function program(
  words: string[],
  environment: NodeJS.ProcessEnv = process.env,
  input = '',
): Promise<Ran> {
  const child = spawn(words[0]!, words.slice(1), { env: environment, stdio: ['pipe', 'pipe', 'pipe'] });
  // Who does not read to the end is no reason to end here.
  child.stdin.on('error', () => undefined).end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Words before a command that is to run where the worker does. */
const beside = ['nsenter', '--net=/run/netns/socle-lab'];

/** Round trip from the worker's place to a machine, the shortest of ten, by how long a connection to its SSH server takes. */
export async function roundTripMs(address: string, port = 22): Promise<number> {
  const words = [process.execPath, peer, 'connect', address, String(port), '10'];
  const ran = await program([...beside, ...words]);
  if (ran.code !== 0) throw new Error(ran.stderr);
  return Math.min(...(JSON.parse(ran.stdout) as number[]));
}

/** Command lines of relays that run. */
export async function relays(): Promise<string[]> {
  const commands = (await markedProcesses()).map(({ command }) => command);
  return commands.filter((command) => command.includes('/relay-'));
}

export async function until(probe: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await probe())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await sleep(100);
  }
}

/** What a laboratory puts on a computer, as this computer has it now. */
export async function traces(): Promise<Record<string, unknown>> {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ').slice(0, 2).join(' '))
    .filter((line) => /socle-lab|\/run\/netns|\/run\/systemd\/nspawn/.test(line));
  return {
    mounts: mounts.sort(),
    namespaces: existsSync('/run/netns')
      ? readdirSync('/run/netns').filter((name) => name.startsWith('socle'))
      : [],
    processes: (await markedProcesses()).map(({ command }) => command),
    disks: readdirSync('/sys/block').filter((name) => name.startsWith('zram')),
    folders: ['/run/socle-lab', '/var/lib/socle-lab'].filter((folder) => existsSync(folder)),
    controlGroups: ['/sys/fs/cgroup/socle-lab', '/sys/fs/cgroup/unified/socle-lab'].filter((folder) =>
      existsSync(folder),
    ),
    inotify: readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'),
  };
}

export type Traces = Awaited<ReturnType<typeof traces>>;
