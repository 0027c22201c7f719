import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findTemporal } from '../../tools/find-temporal.js';
import { exitCodes, UserError } from '../../config/errors.js';
import {
  databaseFile,
  freePort,
  startTemporal,
  type DevelopmentServer,
} from '../../tools/temporal-server.js';
import { demoEnvironment, kept } from './demo-secrets.js';
import { supervise, type Supervised } from './child.js';

export type StackSettings = {
  /** Database, sandbox journal, keys and logs: resumed together or wiped together. */
  stateFolder: string;
  sandbox: boolean;
  /** Simulated durations of the sandbox. */
  waits: 'none' | 'short' | 'realistic';
  say: (line: string) => void;
  /** Where the worker runs when its machines are not on this computer's network. */
  elsewhere?: Elsewhere;
};

export type Elsewhere = {
  /** Words before the worker's command, such as `nsenter --net=FILE`. */
  prefix: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Makes the Temporal server reachable from there under the same address. */
  openDoor: (temporalAddress: string) => Promise<void>;
};

export type Stack = {
  temporalAddress: string;
  ui: string | undefined;
  control: string | undefined;
  pids: () => Record<string, number>;
  stop: () => Promise<void>;
};

const preferredPort = 7233;
const preferredUiPort = 8233;

const entry = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Starts the Temporal server unless one is named, the sandbox when asked for, and a worker; each said in one line. */
export async function startStack(settings: StackSettings): Promise<Stack> {
  const { stateFolder, say } = settings;
  await mkdir(stateFolder, { recursive: true });
  const parts: { name: string; pid: () => number; stop: () => Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    for (const part of parts.reverse().splice(0)) await part.stop();
  };
  try {
    await endLeftServer(stateFolder);
    const temporal = await temporalServer(settings);
    if (temporal.server)
      parts.push({
        name: 'temporal',
        pid: () => temporal.server!.pid(),
        stop: () => temporal.server!.stop(),
      });
    process.env['TEMPORAL_ADDRESS'] = temporal.address;
    let environment: NodeJS.ProcessEnv = process.env;
    let control: string | undefined;
    if (settings.sandbox) {
      const sandbox = await startSandbox(settings);
      parts.push({ name: 'sandbox', ...sandbox.supervised });
      control = sandbox.control;
      environment = await demoEnvironment(stateFolder, sandbox.caPem);
    }
    if (settings.elsewhere) {
      await settings.elsewhere.openDoor(temporal.address);
      environment = { ...process.env, ...settings.elsewhere.environment };
    }
    const started = Date.now();
    const worker = await supervise({
      name: 'worker',
      entry: entry('worker/main.js'),
      prefix: settings.elsewhere?.prefix ?? [],
      environment,
      logFile: join(stateFolder, 'worker.log'),
      say,
    });
    parts.push({ name: 'worker', ...worker.supervised });
    say(`Worker: ready in ${seconds(started)}`);
    const pids = (): Record<string, number> =>
      Object.fromEntries(parts.map((part) => [part.name, part.pid()]));
    const description = { temporalAddress: temporal.address, ui: temporal.ui, control };
    let noted = JSON.stringify(pids());
    const note = setInterval(() => {
      if (JSON.stringify(pids()) === noted) return;
      noted = JSON.stringify(pids());
      void noteStack(stateFolder, { ...description, pids: pids() });
    }, 200);
    parts.push({
      name: 'note',
      pid: () => process.pid,
      stop: async () => {
        clearInterval(note);
        await rm(join(stateFolder, 'stack.json'), { force: true });
      },
    });
    await noteStack(stateFolder, { ...description, pids: pids() });
    return { ...description, stop, pids };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What runs where, for other terminals and for tests: `<state>/stack.json`. */
async function noteStack(
  stateFolder: string,
  description: Omit<Stack, 'pids' | 'stop'> & { pids: Record<string, number> },
): Promise<void> {
  const file = join(stateFolder, 'stack.json');
  // Renamed into place: other processes read it while a killed one is being replaced.
  await writeFile(`${file}.new`, `${JSON.stringify(description, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

/**
 * Ends the Temporal server of a start that was killed with SIGKILL: two must never serve one database file.
 * @throws UserError when that start is still running.
 */
async function endLeftServer(stateFolder: string): Promise<void> {
  const text = await readFile(join(stateFolder, 'stack.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const { pids } = JSON.parse(text) as { pids: { temporal?: number; note: number } };
  if ((await commandLine(pids.note)).includes('main.js'))
    throw new UserError(
      `${stateFolder} is in use by process ${pids.note}; end it with Ctrl-C there, or name another folder with --state`,
      exitCodes.prerequisite,
    );
  const server = pids.temporal;
  const ours = async (): Promise<boolean> =>
    server !== undefined && (await commandLine(server)).includes(databaseFile(stateFolder));
  if (server === undefined || !(await ours())) return;
  process.kill(server, 'SIGTERM');
  while (await ours()) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** Of a running process; empty when there is none, or where the system has no /proc. */
async function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

type Temporal = {
  address: string;
  ui: string | undefined;
  server?: { pid: () => number; stop: () => Promise<void> };
};

async function temporalServer({ stateFolder, say }: StackSettings): Promise<Temporal> {
  const given = process.env['TEMPORAL_ADDRESS'];
  if (given) {
    say(`Temporal server: ${given}, as TEMPORAL_ADDRESS says`);
    return { address: given, ui: process.env['SOCLE_UI'] };
  }
  const started = Date.now();
  const program = await findTemporal(say);
  const [port, uiPort] = [await freePort(preferredPort), await freePort(preferredUiPort)];
  const start = (): Promise<DevelopmentServer> => startTemporal({ program, stateFolder, port, uiPort });
  let server = await start();
  let stopping = false;
  const watch = (): void =>
    void server.exited.then(async () => {
      if (stopping) return;
      say('Temporal server ended; it is started again');
      server = await start();
      watch();
    });
  watch();
  say(`Temporal server: ${program}, ready in ${seconds(started)}`);
  process.env['SOCLE_UI'] = server.ui;
  return {
    address: server.address,
    ui: server.ui,
    server: {
      pid: () => server.pid,
      stop: () => {
        stopping = true;
        return server.stop();
      },
    },
  };
}

async function startSandbox({
  stateFolder,
  waits,
  say,
}: StackSettings): Promise<{ supervised: Supervised; control: string; caPem: string }> {
  const started = Date.now();
  const password = await kept(stateFolder, 'vcenter.password');
  const folder = join(stateFolder, 'sandbox');
  const { supervised, ready } = await supervise({
    name: 'sandbox',
    entry: entry('sandbox/main.js'),
    // The same port after a restart: `stack.json` and whoever reads it know no other.
    args: ['--state', folder, '--waits', waits, '--control-port', String(await freePort())],
    environment: { ...process.env, SOCLE_VSPHERE_PASSWORD: password },
    logFile: join(stateFolder, 'sandbox.log'),
    say,
  });
  const answer = JSON.parse(ready) as { control: string; vcenter: { url: string; caFile: string } };
  say(
    `Sandbox: vCenter at ${answer.vcenter.url}, ready in ${seconds(started)} (simulated; the rest is real)`,
  );
  return { supervised, control: answer.control, caPem: await readFile(answer.vcenter.caFile, 'utf8') };
}

function seconds(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
