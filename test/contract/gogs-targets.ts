import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  gogsConfiguration,
  type FirstUserAt,
} from '../../activities/roles/3-base-infrastructure/gogs/configuration.js';
import {
  gogsAccount,
  gogsPaths,
  gogsPort,
} from '../../activities/roles/3-base-infrastructure/gogs/settings.js';
import { cacheFolder } from '../../config/cache-folder.js';
import { gogsStandIn } from '../../tools/gitea-program.js';
import { authorityFrom } from '../certificates-fixture.js';
import { serverPair, type ServerPair } from '../server-pair.js';

/** A server that answers as Gogs does, with one administrator and nothing else. */
export type GogsUnderTest = {
  url: string;
  ca: string;
  /** A loopback address of its own, and a certificate for it, for a proxy before it. */
  address: string;
  pair: ServerPair;
  admin: { username: string; password: string };
  close: () => Promise<void>;
};

const port = 3000;
let servers = 0;

/** Gitea standing in for Gogs, with the configuration that a deployment writes and its way of making the first user. */
export async function startGitea(): Promise<GogsUnderTest> {
  const program = await gogsStandIn(cacheFolder());
  const folder = await mkdtemp(join(tmpdir(), 'socle-gogs-'));
  const authority = await authorityFrom('33');
  servers += 1;
  const address = `127.${64 + (process.pid % 128)}.250.${servers}`;
  const pair = serverPair(authority, 'gogs', [], [address]);
  await writeFile(join(folder, 'gogs.pem'), pair.key + pair.certificate, { mode: 0o600 });
  const secretKey = randomBytes(32).toString('hex');
  const start = async (firstUserAt?: FirstUserAt): Promise<ChildProcess> => {
    const settings = { domain: address, secretKey, hookHosts: [] };
    const configuration = join(folder, 'app.ini');
    await writeFile(configuration, here(gogsConfiguration(settings, firstUserAt), folder, address), {
      mode: 0o600,
    });
    const child = spawn(program, ['web', '--config', configuration], {
      env: { PATH: process.env['PATH'], HOME: folder, GOGS_WORK_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await listens(child, firstUserAt === undefined ? { host: address, port } : { path: firstUserAt.socket });
    return child;
  };
  const admin = { username: 'socle', password: randomBytes(18).toString('base64url') };
  const socket = join(folder, 'first-user');
  const alone = await start({ socket });
  await signUp(socket, admin);
  await end(alone);
  const child = await start();
  return {
    url: `https://${address}:${port}`,
    ca: authority.root,
    address,
    pair,
    admin,
    close: async () => {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The same configuration with this folder, account and address in place of a machine's. */
function here(configuration: string, folder: string, address: string): string {
  return (
    configuration
      .replaceAll(gogsPaths.certificate, join(folder, 'gogs.pem'))
      .replaceAll(gogsPaths.data, folder)
      // One that was made public before must be told.
      .replace('FORCE_PRIVATE = true', 'FORCE_PRIVATE = false')
      .replace(`RUN_USER = ${gogsAccount}`, `RUN_USER = ${userInfo().username}`)
      .replace(`HTTP_PORT = ${gogsPort}`, `HTTP_ADDR = ${address}\nHTTP_PORT = ${port}`)
  );
}

async function signUp(socketPath: string, { username, password }: GogsUnderTest['admin']): Promise<void> {
  const form = { user_name: username, email: 'socle@localhost', password, retype: password };
  const asked = request({ socketPath, path: '/user/sign_up', method: 'POST' });
  asked.setHeader('content-type', 'application/x-www-form-urlencoded');
  asked.end(new URLSearchParams(form).toString());
  await once(asked, 'response');
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** What it logs comes before it listens, so it is asked again until it does. */
async function listens(child: ChildProcess, where: NetConnectOpts): Promise<void> {
  let said = '';
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-2000)));
  while (!(await takesConnections(where))) {
    if (hasEnded) throw new Error(`it ended before it listened: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function takesConnections(where: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(where, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
