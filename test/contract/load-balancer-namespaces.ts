import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { spawnPeer } from './load-balancer-peer.js';

const execute = promisify(execFile);

/** What is in one place of the test's network: namespaces that are gone with the process that holds them. */
export type Place = { name: string; pid: number; holder: ChildProcess };

/** A process that does nothing in namespaces of its own; `setUp` runs in them first. */
async function hold(name: string, setUp: string): Promise<Place> {
  const script = `${setUp}\necho ready\nexec sleep infinity`;
  const words = ['-n', '-m', '--propagation', 'private', 'sh', '-eu', '-c', script];
  const holder = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(() => Promise.reject(new Error(`${name}: no namespace`))),
  ]);
  return { name, pid: holder.pid!, holder };
}

const way = ({ pid }: Place): string[] => ['nsenter', '-t', String(pid), '-n', '-m'];

/** Runs a command in a place and answers what it printed. */
export async function inside(place: Place, ...words: string[]): Promise<string> {
  const [program = '', ...rest] = [...way(place), ...words];
  return (await execute(program, rest)).stdout;
}

export function startInside(place: Place, ...words: string[]): ChildProcess {
  const [program = '', ...rest] = [...way(place), ...words];
  return spawn(program, rest, {
    stdio: ['pipe', 'pipe', process.env['SOCLE_LOG'] ? 'inherit' : 'ignore'],
  });
}

/** The switch that all are plugged into, with these addresses on itself: clients and servers. */
export async function makeSwitch(addresses: readonly string[]): Promise<Place> {
  const setUp = [
    'ip link set lo up',
    'ip link add bridge0 type bridge',
    'ip link set bridge0 up',
    ...addresses.map((address) => `ip address add ${address}/16 dev bridge0`),
  ];
  return hold('switch', setUp.join('\n'));
}

/** A machine with a card, its own /run and files of its own in /etc, and the sysctl that the role sets. */
export async function makeMachine(
  name: string,
  address: string,
  files: Readonly<Record<string, string>>,
  folder: string,
  network: Place,
): Promise<Place> {
  for (const [path, content] of Object.entries(files)) writeOutside(join(folder, name), path, content);
  const place = await hold(
    name,
    `ip link set lo up
sysctl -q -w net.ipv4.ip_nonlocal_bind=1
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work
mount -t overlay overlay -o lowerdir=/etc,upperdir=/mnt/upper,workdir=/mnt/work /etc
mount -t tmpfs tmpfs /run
mkdir -p /run/haproxy
cp -a ${join(folder, name)}/. /`,
  );
  await inside(network, ...`ip link add ${name} type veth peer name eth0 netns ${place.pid}`.split(' '));
  await inside(network, ...`ip link set ${name} master bridge0 up`.split(' '));
  await inside(place, ...`ip address add ${address}/16 dev eth0`.split(' '));
  await inside(place, ...'ip link set eth0 up'.split(' '));
  return place;
}

/** Replaces a file on a machine that runs. */
export async function replaceFile(
  place: Place,
  folder: string,
  path: string,
  content: string,
): Promise<void> {
  writeOutside(join(folder, place.name), path, content);
  await inside(place, 'cp', '-a', join(folder, place.name, path), path);
}

function writeOutside(root: string, path: string, content: string): void {
  const outside = join(root, path);
  mkdirSync(dirname(outside), { recursive: true });
  writeFileSync(outside, content);
  chmodSync(outside, path.endsWith('check-haproxy') ? 0o700 : 0o644);
}

/** Starts a peer; answers the lines that it prints as they come. */
export function startPeer(place: Place, task: Record<string, unknown>): ReturnType<typeof spawnPeer> {
  return spawnPeer(way(place), task);
}

/** What the kernel says of the cards of a place. */
export async function hasAddress(place: Place, address: string): Promise<boolean> {
  return (await inside(place, 'ip', '-o', '-4', 'address')).includes(` ${address}/`);
}

/** Ends all processes that live in a place but for its holder. */
export function endAll(place: Place, program: string, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const pid of processesIn(place, program)) process.kill(pid, signal);
}

/** Waits until a program has ended: one that starts before finds the other's pid file and gives up. */
export async function ended(place: Place, program: string): Promise<void> {
  while (processesIn(place, program).length > 0) await sleep(20);
}

/** By their network namespace. The master comes first: process ids begin anew at their end, so they give no order. */
export function processesIn(place: Place, program: string): number[] {
  const namespace = readlinkSync(`/proc/${place.pid}/ns/net`);
  const found = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && isProgram(pid, program, namespace))
    .map(Number);
  const isMaster = (pid: number): boolean => !found.includes(parentOf(pid));
  return [...found.filter(isMaster), ...found.filter((pid) => !isMaster(pid))];
}

/** 0 for a process that is gone by now. */
function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return 0;
  }
}

/** A process that is gone by now is none. */
function isProgram(pid: string, program: string, namespace: string): boolean {
  try {
    return (
      readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === program &&
      readlinkSync(`/proc/${pid}/ns/net`) === namespace
    );
  } catch {
    return false;
  }
}
