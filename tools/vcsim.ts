import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { goProgram } from './go-program.js';

/** The program that runs govmomi's vCenter simulator, built where the cache does not hold it yet. */
export function vcsimPath(cacheFolder: string): Promise<string> {
  return goProgram('vcsim', cacheFolder);
}

export type Vcsim = {
  url: string;
  caPem: string;
  pid: number;
  /** Tells it that a machine has shut itself down, as VMware tools would; only with the option `watch`. */
  shutDown: (reference: string) => void;
  close: () => Promise<void>;
};

/** A machine there whose power state changed; only with the option `watch`. `gone` says no more than the reference. */
export type PowerReport = {
  reference: string;
  name: string;
  instanceUuid: string;
  power: 'poweredOn' | 'poweredOff' | 'suspended' | 'gone';
  macAddress: string;
  /** Name of the port group that the machine's card is in. */
  network: string;
  /** The template's own disk first. */
  disksBytes: number[];
  extraConfig: Record<string, string>;
};

export type VcsimSurroundings = {
  /** Words before the program, such as `nsenter --net=FILE`. */
  prefix?: readonly string[];
  environment?: NodeJS.ProcessEnv;
  onReport?: (report: PowerReport) => void;
};

/** Starts it, on a free port of 127.0.0.1 unless `listen` says otherwise; it ends with `close`, or when this process ends. */
export async function startVcsim(
  program: string,
  options: Readonly<Record<string, string>>,
  { prefix = [], environment = process.env, onReport }: VcsimSurroundings = {},
): Promise<Vcsim> {
  const flags = Object.entries(options).map(([name, content]) => `-${name}=${content}`);
  const [command, ...words] = [...prefix, program, ...flags];
  const child = spawn(command!, words, { env: environment, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let complaint = '';
  child.stderr.on('data', (part: Buffer) => (complaint = `${complaint}${part.toString()}`.slice(-500)));
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => line as string),
    ended.then(() => undefined),
  ]);
  if (first === undefined) throw new Error(`vcsim ended before it listened: ${complaint}`);
  lines.on('line', (line) => onReport?.(JSON.parse(line) as PowerReport));
  const { url, caPem } = JSON.parse(first) as { url: string; caPem: string };
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  const shutDown = (reference: string): void => {
    if (child.stdin.writable) child.stdin.write(`${reference}\n`);
  };
  return { url, caPem, pid: child.pid!, shutDown, close };
}
