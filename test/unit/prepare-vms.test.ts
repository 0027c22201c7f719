import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Probe } from '../../config/ports/flows.js';
import { blockedFindings, type ProbeAnswer } from '../../activities/roles/2-preparation/blocked-pairs.js';
import { firewallRules } from '../../activities/roles/2-preparation/firewall-rules.js';
import { hostsFile } from '../../activities/roles/2-preparation/names.js';
import {
  closeListeners,
  openListeners,
  probeScript,
  readAnswers,
} from '../../activities/roles/2-preparation/probe-scripts.js';
import { contextFor } from './prepare-fixture.js';

const { site, plan, machines } = await contextFor('vault-1');
const byName = (name: string) => machines.find((machine) => machine.name === name)!;

describe('/etc/hosts', () => {
  test('names every machine and service when there is no DNS', () => {
    const lines = hostsFile({ ...site, dns: { ...site.dns, mode: 'hosts' } }, plan, 'vault-1').split('\n');
    for (const { name, address } of machines)
      expect(lines).toContain(`${address} ${name}.${site.domain} ${name}`);
    const { address } = plan.virtualAddresses.find(({ name }) => name === 'int-vip')!;
    expect(lines).toContain(`${address} vault.${site.domain}`);
    expect(lines.some((line) => line.endsWith(` public-api.${site.domain}`))).toBe(true);
  });

  test("names only the machine itself when the customer's DNS knows the rest", () => {
    const content = hostsFile({ ...site, dns: { ...site.dns, mode: 'customer' } }, plan, 'vault-1');
    expect(content).toContain(`vault-1.${site.domain} vault-1`);
    expect(content).not.toContain('vault-2');
  });
});

describe('the firewall', () => {
  const rulesOf = (name: string): string => firewallRules(site, plan, byName(name));

  test.each(machines.map(({ name }) => name))(
    'of %s drops by default and never touches other tables',
    (name) => {
      const rules = rulesOf(name);
      expect(rules).toContain('policy drop;');
      expect(rules).not.toContain('flush');
      expect(rules.match(/^(table|delete table) \S+ \S+/gm)).toEqual([
        'table inet socle',
        'delete table inet socle',
        'table inet socle',
      ]);
      expect(rules.match(/type \w+ hook \w+/g)).toEqual(['type filter hook input']);
    },
  );

  test('lets pods of its own cluster in on nodes, and nowhere else', () => {
    expect(rulesOf('dmz-node-1')).toContain(`ip saddr ${site.clusters.dmz.podCidr} accept`);
    expect(rulesOf('vault-1')).not.toContain('cali');
  });

  test('opens raft to the peers of a Vault machine only', () => {
    const line = rulesOf('vault-1')
      .split('\n')
      .find((rule) => rule.includes('8201'));
    const peers = ['vault-2', 'vault-3'].map((name) => byName(name).address).join(', ');
    expect(line).toContain(`ip saddr { ${peers} } tcp dport`);
  });
});

describe('findings of the probes', () => {
  const probe = { rule: 16, address: '10.0.0.1', port: 8201, name: 'vault-1', why: 'raft' };
  const answer = (from: string, expected: boolean, open: boolean): ProbeAnswer => ({
    from: { ...byName('vault-1'), name: from },
    probe,
    expected,
    open,
  });

  test('are none when everything is as the table says', () => {
    expect(blockedFindings([answer('a', true, true), answer('b', false, false)])).toEqual([]);
  });

  test('come all at once, one line for each rule and destination', () => {
    const blocked = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => answer(name, true, false));
    expect(blockedFindings([answer('g', false, true), ...blocked])).toEqual([
      'blocked: a, b, c, d and 2 more → vault-1 10.0.0.1:8201 (rule 16, raft)',
      'open but forbidden: g → vault-1 10.0.0.1:8201',
    ]);
  });
});

describe('the scripts of the probes', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'socle-probe-'));
    mkdirSync(join(root, 'bin'));
  });
  afterEach(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const program = (name: string, body: string): void =>
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\nhere=${root}\n${body}\n`, { mode: 0o755 });
  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: `${root}/bin:${process.env.PATH}` });

  test('listen on each port on which nobody listens yet, and take the listeners away again', () => {
    program('ss', `echo 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*'; echo 'LISTEN 0 128 [::]:443 [::]:*'`);
    for (const name of ['systemctl', 'systemd-run']) program(name, `echo "${name} $*" >>$here/calls`);
    const options = { encoding: 'utf8', env: environment() } as const;
    const opened = spawnSync('dash', ['-s'], {
      input: openListeners('10.0.0.1', [22, 443, 8200, 8201]),
      ...options,
    });
    expect(opened).toMatchObject({ status: 0, stderr: '' });
    expect(spawnSync('dash', ['-s'], { input: closeListeners, ...options }).status).toBe(0);
    const stop = 'systemctl stop socle-probe.socket socle-probe.service';
    expect(readFileSync(join(root, 'calls'), 'utf8').split('\n')).toEqual([
      stop,
      'systemd-run --quiet --collect --unit=socle-probe --socket-property=ListenStream=10.0.0.1:8200 --socket-property=ListenStream=10.0.0.1:8201 sleep infinity',
      stop,
      '',
    ]);
  });

  test('open nothing where all ports have somebody who listens', () => {
    program('ss', `echo 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:*'`);
    for (const name of ['systemctl', 'systemd-run']) program(name, 'exit 9');
    const input = openListeners('10.0.0.1', [22]);
    expect(spawnSync('dash', ['-s'], { input, encoding: 'utf8', env: environment() }).status).toBe(0);
  });

  test('are an error without nc, which would make every forbidden pair look closed', () => {
    const probes = [{ rule: 1, address: '127.0.0.1', port: 1, name: 'x', why: '' }];
    const env = { PATH: join(root, 'bin') };
    const result = spawnSync('/usr/bin/dash', ['-s'], {
      input: probeScript(probes, []),
      encoding: 'utf8',
      env,
    });
    expect(result).toMatchObject({ status: 1, stdout: '' });
    expect(result.stderr).toMatch(/nc is missing/);
  });

  test('tell a real listener from a port without one', async () => {
    const server = await listening();
    const { port } = server.address() as AddressInfo;
    program('timeout', 'echo "$1 s for $5" >>"$CALLS"\nshift\nexec "$@"');
    // Stands in for netcat, which not every machine has, and makes a real connection.
    program(
      'nc',
      `exec node -e '
const socket = require("node:net").connect(Number(process.argv[2]), process.argv[1], () => process.exit(0));
socket.on("error", () => process.exit(1));' "$2" "$3"`,
    );
    const other = await listening();
    const { port: otherPort } = other.address() as AddressInfo;
    const to = (each: number): Probe => ({ rule: 1, address: '127.0.0.1', port: each, name: 'x', why: '' });
    const calls = join(root, 'tried');
    const script = probeScript([port, 1].map(to), [otherPort].map(to));
    const stdout = await run(script, { ...environment(), CALLS: calls });
    for (const each of [server, other]) each.close();
    expect([...readAnswers(stdout)].sort()).toEqual(
      [port, otherPort].map((each) => `127.0.0.1 ${each}`).sort(),
    );
    const tried = readFileSync(calls, 'utf8').trim().split('\n').sort();
    expect(tried).toEqual([`2 s for ${port}`, '2 s for 1', `0.5 s for ${otherPort}`].sort());
  });
});

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function run(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve) => {
    const shell = spawn('dash', ['-s'], { stdio: ['pipe', 'pipe', 'inherit'], env });
    let output = '';
    shell.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    shell.on('close', () => {
      resolve(output);
    });
    shell.stdin.end(script);
  });
}
