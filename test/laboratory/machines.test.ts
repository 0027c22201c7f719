import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildOnce } from '../end-to-end/stack.js';
import {
  ended,
  labUp,
  program,
  relays,
  roundTripMs,
  socle,
  traces,
  until,
  type Ran,
  type Terminal,
  type Traces,
} from './laboratory.js';
import { preparedMachines } from './prepared-machines.js';
import { logIn, type LogIn } from './ssh.js';

const file = 'examples/site-lab.yaml';
const infra = ['--only', 'provisionnement-vms-infra', '--yes'];
const vault = '10.61.0.10';

let before: Traces;
let up: Terminal;
beforeAll(async () => {
  buildOnce();
  before = await traces();
  up = await labUp();
  login = await logIn(file);
});
afterAll(async () => {
  if (up?.child.exitCode === null) await ended(up.child, 'SIGINT');
});

let login: LogIn;
const ssh = (...command: string[]): Promise<Ran> => login('vault-1', ...command);

test('machines that are switched on in the vCenter boot Debian and answer with the key that they were given', async () => {
  const ran = await socle(up.environment, 'deploy', file, ...infra);
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  expect(ran.stdout).toContain('lab-100 is deployed.');
  const inside = await ssh('cat', '/etc/hostname', '/sys/class/net/eth0/address');
  expect(inside, inside.stderr).toMatchObject({ code: 0 });
  expect(inside.stdout).toMatch(/^vault-1\n00:0c:29:/);
});

test('nothing makes the way to the machines longer', async () => {
  expect(await relays()).toEqual([]);
  expect(await roundTripMs(vault)).toBeLessThan(2);
});

test('nothing leads out of the laboratory', async () => {
  const ran = await ssh('ip', 'route', 'get', '192.0.2.1');
  expect(ran.stdout).toContain('via 10.61.0.1');
  const routes = await program(['ip', 'netns', 'exec', 'socle-lab', 'ip', '-4', 'route', 'show', 'default']);
  expect(routes).toMatchObject({ code: 0, stdout: '' });
});

test('a machine keeps its disk over a restart', async () => {
  const boot = (await ssh('cat', '/proc/sys/kernel/random/boot_id')).stdout;
  expect((await ssh('touch', 'kept')).code).toBe(0);
  const ran = await socle(up.environment, 'run', file, 'provisionnement-vms-infra', 'restart', 'vault-1');
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  expect((await ssh('ls')).stdout).toBe('kept\n');
  expect((await ssh('cat', '/proc/sys/kernel/random/boot_id')).stdout).not.toBe(boot);
});

test('a second run changes nothing', async () => {
  const again = await socle(up.environment, 'deploy', file, ...infra);
  expect(again.stdout).toContain('0 changes. Everything is as the plan says');
});

preparedMachines(() => ({ environment: up.environment, login, file }));

test('status names the machines, and remove takes them all away', async () => {
  expect((await socle(up.environment, 'lab', 'status')).stdout).toMatch(
    /12 of 12 have power\n(.*\n)*.*vault-1 +on/,
  );
  const ran = await socle(up.environment, 'remove', file, '--confirm', 'lab-100', '--without-backup');
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  await until(() => readdirSync('/run/socle-lab/machines').length === 0, 20_000);
  expect((await traces())['namespaces']).toEqual(['socle-lab']);
});

test('Ctrl-C leaves nothing behind, and down beside it finds its place', async () => {
  const exited = ended(up.child, 'SIGINT');
  // One after another, so that one of them begins when the laboratory has just forgotten its own note.
  while (up.child.exitCode === null) {
    const down = await socle(process.env, 'lab', 'down');
    expect(down, down.stderr).toMatchObject({ code: 0, stderr: '' });
  }
  await exited;
  expect(await traces()).toEqual(before);
});
