import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** Enough at once to be done in seconds; every try has its own socket. */
const atOnce = 16_384;
/** The kernel sends a lost SYN again after one second, and once more two seconds later. */
const silentMs = 3_500;
const lastPort = 65_535;

export type Answers = {
  /** TCP ports that took a connection, and that answered with a reset: both were let in. */
  open: number[];
  refused: number[];
  /** UDP ports from which an answer came, or word that nobody listens. */
  udp: number[];
};

async function tryTcp(address: string): Promise<Pick<Answers, 'open' | 'refused'>> {
  const [open, refused]: [number[], number[]] = [[], []];
  for (let first = 1; first <= lastPort; first += atOnce) {
    const ports = Array.from({ length: Math.min(atOnce, lastPort + 1 - first) }, (_, index) => first + index);
    const sockets = ports.map((port) =>
      connect({ port, host: address })
        .on('connect', () => open.push(port))
        .on('error', ({ code }: NodeJS.ErrnoException) => {
          if (code !== 'ECONNREFUSED') throw new Error(`port ${port}: ${code}`);
          refused.push(port);
        }),
    );
    // On a busy computer the tries themselves take long: the wait begins after them, and ends after what came was read.
    await turn();
    await sleep(silentMs);
    await turn();
    for (const socket of sockets) socket.destroy();
  }
  return { open: sorted(open), refused: sorted(refused) };
}

async function tryUdp(address: string, ports: readonly number[]): Promise<number[]> {
  const answered: number[] = [];
  const sockets = ports.map((port) => {
    const socket = createSocket('udp4');
    const note = (): void => void answered.push(port);
    socket.on('message', note).on('error', note);
    socket.connect(port, address, () => socket.send('?'));
    return socket;
  });
  await sleep(silentMs);
  await turn();
  for (const socket of sockets) socket.close();
  return sorted([...new Set(answered)]);
}

function sorted(ports: number[]): number[] {
  return ports.sort((a, b) => a - b);
}

/** `scan-ports.ts ADDRESS UDP-PORT…`, in the network namespace to scan from: which of all TCP ports and of these UDP ports answer. */
const [address, ...udpPorts] = process.argv.slice(2);
const tcp = await tryTcp(address!);
const udp = await tryUdp(address!, udpPorts.map(Number));
process.stdout.write(`${JSON.stringify({ ...tcp, udp } satisfies Answers)}\n`);
