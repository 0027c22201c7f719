import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSite } from '../../config/load.js';
import { createSecrets } from '../../config/secrets.js';
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

const file = 'examples/site-lab.yaml';
const infra = ['--only', 'provisionnement-vms-infra', '--yes'];
const vault = '10.61.0.10';

let before: Traces;
let up: Terminal;
let folder = '';
beforeAll(async () => {
  buildOnce();
  before = await traces();
  up = await labUp();
  folder = mkdtempSync(join(tmpdir(), 'socle-laboratory-'));
});
afterAll(async () => {
  if (up?.child.exitCode === null) await ended(up.child, 'SIGINT');
  rmSync(folder, { recursive: true, force: true });
});

/** OpenSSH's own client, from where the orchestrator is, trusting nothing but the keys that Socle derives. */
async function ssh(...command: string[]): Promise<Ran> {
  const site = await loadSite(file);
  const key = readFileSync('/var/lib/socle-lab/orchestrator/master.key', 'utf8');
  const secrets = createSecrets(site, { SOCLE_MASTER_KEY: key });
  const [known, identity] = [join(folder, 'known'), join(folder, 'identity')];
  writeFileSync(known, `${vault} ${secrets.bootstrapHostKey('vault-1').publicKey}\n`);
  writeFileSync(identity, secrets.operatorKey().privateKey, { mode: 0o600 });
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${known}`,
    'ConnectTimeout=5',
  ];
  return program([
    ...['nsenter', '--net=/run/netns/socle-lab', 'ssh', '-F', 'none', '-i', identity],
    ...options.flatMap((option) => ['-o', option]),
    ...[`socle@${vault}`, '--', ...command],
  ]);
}

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

test('status names the machines, and remove takes them all away', async () => {
  expect((await socle(up.environment, 'lab', 'status')).stdout).toMatch(
    /11 of 11 have power\n(.*\n)*.*vault-1 +on/,
  );
  const ran = await socle(up.environment, 'remove', file, '--confirm', 'lab-100');
  expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
  await until(() => readdirSync('/run/socle-lab/machines').length === 0, 20_000);
  expect((await traces())['namespaces']).toEqual(['socle-lab']);
});

test('Ctrl-C leaves nothing behind', async () => {
  await ended(up.child, 'SIGINT');
  expect(await traces()).toEqual(before);
});
