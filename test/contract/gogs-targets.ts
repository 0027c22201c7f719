import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../config/cache-folder.js';
import { giteaProgram } from '../../tools/gitea-program.js';
import { authorityFrom } from '../certificates-fixture.js';
import { serverPair, type ServerPair } from '../server-pair.js';
import { giteaAsGogs } from './gitea-as-gogs.js';

const run = promisify(execFile);

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

/** Gitea with the settings that Gogs has in a deployment, and before it what makes its answers those of Gogs. */
export async function startGitea(): Promise<GogsUnderTest> {
  const { program, staticRoot } = await giteaProgram(cacheFolder());
  const folder = await mkdtemp(join(tmpdir(), 'socle-gitea-'));
  const authority = await authorityFrom('33');
  servers += 1;
  const address = `127.${64 + (process.pid % 128)}.250.${servers}`;
  const pair = serverPair(authority, 'gogs', [], [address]);
  const target = `https://${address}:${port}`;
  const configuration = join(folder, 'app.ini');
  await writeFile(join(folder, 'tls.crt'), pair.certificate);
  await writeFile(join(folder, 'tls.key'), pair.key, { mode: 0o600 });
  await writeFile(configuration, giteaConfiguration(folder, staticRoot, address), { mode: 0o600 });
  const options = ['--config', configuration, '--work-path', folder];
  const env = { PATH: process.env['PATH'], HOME: folder };
  const admin = { username: 'socle', password: randomBytes(18).toString('base64url') };
  await run(program, ['migrate', ...options], { env });
  const account = ['--username', admin.username, '--password', admin.password, '--email', 'socle@localhost'];
  await run(
    program,
    ['admin', 'user', 'create', '--admin', '--must-change-password=false', ...account, ...options],
    { env },
  );
  const child = spawn(program, ['web', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  await answers(child, address);
  const front = await giteaAsGogs({ address, ...pair, target, ca: authority.root });
  return {
    url: front.url,
    ca: authority.root,
    address,
    pair,
    admin,
    close: async () => {
      await front.close();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What it logs comes before it listens, so it is asked again until it does. */
async function answers(child: ChildProcess, address: string): Promise<void> {
  let said = '';
  let hasEnded = false;
  child.once('exit', () => (hasEnded = true));
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (part: Buffer) => (said = `${said}${part.toString()}`.slice(-2000)));
  while (!(await takesConnections(address))) {
    if (hasEnded) throw new Error(`Gitea ended before it listened: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function takesConnections(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

/** It may run as root: the tests of a machine without another account do. No key reaches a file of the account. */
function giteaConfiguration(folder: string, staticRoot: string, address: string): string {
  const { uid, username } = userInfo();
  return `RUN_USER = ${username}
WORK_PATH = ${folder}
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = ${uid === 0}

[server]
PROTOCOL = https
HTTP_ADDR = ${address}
HTTP_PORT = ${port}
ROOT_URL = https://${address}:${port}/
CERT_FILE = ${folder}/tls.crt
KEY_FILE = ${folder}/tls.key
STATIC_ROOT_PATH = ${staticRoot}
OFFLINE_MODE = true
SSH_ROOT_PATH = ${folder}/ssh
SSH_CREATE_AUTHORIZED_KEYS_FILE = false

[database]
DB_TYPE = sqlite3
PATH = ${folder}/gitea.db

[repository]
ROOT = ${folder}/repositories
DEFAULT_BRANCH = master

[security]
INSTALL_LOCK = true
SECRET_KEY = ${randomBytes(32).toString('hex')}
INTERNAL_TOKEN = ${randomBytes(32).toString('hex')}

[oauth2]
JWT_SECRET = ${randomBytes(32).toString('base64url')}

[service]
DISABLE_REGISTRATION = true
REQUIRE_SIGNIN_VIEW = true

[indexer]
ISSUE_INDEXER_TYPE = db

[log]
LEVEL = Warn
`;
}
