import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { exitCodes, UserError } from '../config/errors.js';

export type DevelopmentServer = {
  address: string;
  ui: string | undefined;
  pid: number;
  stop: () => Promise<void>;
  exited: Promise<number | null>;
};

/** Finished runs stay readable for a year; a development server would keep them for a day. */
const retentionSeconds = 365 * 86_400;

/** Where a server keeps its runs. */
export const databaseFile = (stateFolder: string): string => join(stateFolder, 'temporal.db');

/**
 * Starts a Temporal development server with its database in `stateFolder`, so that a run survives a restart.
 * @throws UserError when it does not answer within 30 s.
 */
export async function startTemporal(options: {
  program: string;
  stateFolder: string | undefined;
  port: number;
  uiPort?: number;
}): Promise<DevelopmentServer> {
  const { program, stateFolder, port, uiPort } = options;
  if (stateFolder !== undefined) await mkdir(stateFolder, { recursive: true });
  const database = stateFolder === undefined ? [] : ['--db-filename', databaseFile(stateFolder)];
  const ui = uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)];
  const child = spawn(
    program,
    [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--log-level',
      'error',
      '--search-attribute',
      'SocleState=Keyword',
      ...database,
      ...ui,
    ],
    // Its own process group: Ctrl-C in the terminal does not reach it before the worker has stopped.
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2_000)));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const address = `127.0.0.1:${port}`;
  await ready(address, child, () => stderr);
  return {
    address,
    ui: uiPort === undefined ? undefined : `http://127.0.0.1:${uiPort}`,
    pid: child.pid!,
    exited,
    stop: () => stop(child, exited),
  };
}

async function ready(address: string, child: ChildProcess, stderr: () => string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1 second' });
      await connection.workflowService.updateNamespace({
        namespace: 'default',
        config: { workflowExecutionRetentionTtl: { seconds: retentionSeconds as never } },
      });
      await connection.close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  child.kill('SIGKILL');
  throw new UserError(
    `The Temporal server did not start on ${address}: ${stderr().trim() || 'no answer in 30 s'}`,
    exitCodes.prerequisite,
  );
}

async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(timer);
}

/** `preferred` when nothing listens there, else a port the system chooses. */
export async function freePort(preferred = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', () => (preferred === 0 ? reject(new Error('no free port')) : resolve(freePort(0))));
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
