import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe } from 'vitest';
import { sshContract, type ContractServer } from './ssh-contract.js';
import { canTestWith } from '../../tools/test-programs.js';

const sshd = '/usr/sbin/sshd';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

/** Waits until the port takes a connection. */
async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
        .on('connect', () => {
          socket.destroy();
          resolve(true);
        })
        .on('error', () => {
          resolve(false);
        });
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error('sshd did not start');
}

const childrenOf = (pid: number): number[] =>
  execFileSync('ps', ['-o', 'pid=,ppid=', '-A'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0);

async function openSshServer(): Promise<ContractServer> {
  const folder = mkdtempSync(join(tmpdir(), 'socle-sshd-'));
  chmodSync(folder, 0o755);
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const key = (name: string): { private: string; public: string } => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    return {
      private: readFileSync(join(folder, name), 'utf8'),
      public: readFileSync(join(folder, `${name}.pub`), 'utf8').trim(),
    };
  };
  const [host, other, user, stranger] = [key('host'), key('other'), key('user'), key('stranger')];
  writeFileSync(join(folder, 'authorized'), `${user.public}\n`, { mode: 0o644 });
  const port = await freePort();
  const log = join(folder, 'log');
  const configuration = `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host')}
AuthorizedKeysFile ${join(folder, 'authorized')}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding yes
`;
  writeFileSync(join(folder, 'config'), configuration);
  const daemon: ChildProcess = spawn(sshd, ['-D', '-f', join(folder, 'config'), '-E', log], {
    stdio: 'ignore',
  });
  await listening(port);
  const address = { address: '127.0.0.1', port, user: userInfo().username };
  const target = { ...address, name: 'machine-1', privateKeys: [user.private], hostKeys: [host.public] };
  return {
    target,
    otherHostKey: other.public,
    otherPrivateKey: stranger.private,
    viaJumpHost: { ...target, name: 'machine-2', jumpHost: { ...target, name: 'jump' } },
    logins: async () => readFileSync(log, 'utf8').split('Accepted publickey').length - 1,
    cutConnections: async () => {
      for (const child of childrenOf(daemon.pid ?? 0)) {
        for (const grandchild of childrenOf(child)) process.kill(grandchild, 'SIGKILL');
        process.kill(child, 'SIGKILL');
      }
    },
    close: async () => {
      const ended = new Promise((resolve) => daemon.once('exit', resolve));
      daemon.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

describe.runIf(canTestWith('sshd'))('the real program', () => sshContract('OpenSSH', openSshServer));
