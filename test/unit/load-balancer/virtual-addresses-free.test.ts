import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compile } from '../../../activities/host/compile.js';
import { parseReport } from '../../../activities/host/report.js';
import { freeAddresses } from '../../../activities/roles/3-base-infrastructure/load-balancer/free-addresses.js';
import { lookScript } from '../../../activities/roles/3-base-infrastructure/load-balancer/virtual-addresses-free.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'socle-addresses-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const program = (name: string, body: string): void =>
  writeFileSync(join(folder, name), `#!/bin/sh\nhere=${folder}\n${body}\n`, { mode: 0o755 });

/** A machine that holds 10.0.0.1, remembers who had 10.0.0.2 and 10.0.0.3, and finds the second alone when it asks. */
function look(): { stdout: string; stderr: string } {
  program(
    'ip',
    `case "$*" in
'-o -4 addr show') printf '2: eth0    inet 10.0.0.9/24 brd 10.0.0.255\\n2: eth0    inet 10.0.0.1/32 scope global\\n' ;;
'neigh flush to '*) : >"$here/forgot-$4" ;;
'neigh show 10.0.0.2') [ -e "$here/asked-10.0.0.2" ] && echo '10.0.0.2 dev eth0 lladdr 52:54:00:ab:cd:ef REACHABLE' ;;
'neigh show 10.0.0.3') [ -e "$here/forgot-10.0.0.3" ] || echo '10.0.0.3 dev eth0 lladdr 52:54:00:00:00:03 STALE' ;;
'neigh show '*) echo "$3 dev eth0 FAILED" ;;
esac
:`,
  );
  program('nc', `: >"$here/asked-$4"; exit 1`);
  const { stdout, stderr } = spawnSync('dash', ['-eu', '-s'], {
    input: lookScript(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.11']),
    encoding: 'utf8',
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
  });
  return { stdout, stderr };
}

test('an address counts as taken only when somebody answers for it now', () => {
  expect(look()).toEqual({ stdout: 'held 10.0.0.1\ntaken 10.0.0.2 52:54:00:ab:cd:ef\n', stderr: '' });
});

describe('just before the addresses are taken', () => {
  const virtual = { name: 'lan-vip', group: 'lb-lan', zone: 'lan', address: '10.0.0.2' } as const;
  /** @param owners who answers, by address; `active` when keepalived runs already */
  function script(mode: 'apply' | 'check', owners: Record<string, string>, keepalived = 'inactive') {
    const answers = Object.entries(owners).map(
      ([address, owner]) =>
        `'neigh show ${address}') echo '${address} dev eth0 lladdr ${owner} REACHABLE' ;;`,
    );
    program('ip', `case "$*" in\n${answers.join('\n')}\nesac\n:`);
    program('nc', 'exit 1');
    program(
      'systemctl',
      `case "$1" in is-active) [ ${keepalived} = active ] ;; *) printf 'Id=keepalived.service\\nUnitFileState=enabled\\nActiveState=${keepalived}\\n\\n' ;; esac`,
    );
    const text = compile(freeAddresses([virtual], ['10.0.0.4']), {
      mode,
      stateFolder: join(folder, 'state'),
    });
    const { stdout, stderr, status } = spawnSync('dash', ['-s'], {
      input: text.replace('PATH=', `PATH=${folder}:`),
      encoding: 'utf8',
    });
    return { status, stderr, resources: parseReport(stdout).resources };
  }
  const stranger = { '10.0.0.2': '52:54:00:00:00:99' };
  const said =
    'lan-vip 10.0.0.2 is taken: 52:54:00:00:00:99 answers for it. Take the address from that machine, or give another in zones.lan.virtualAddresses.lan-vip';

  test('a stranger who has one ends the script, and a check says who it is', () => {
    expect(script('apply', stranger)).toMatchObject({ status: 1, stderr: `${said}\n`, resources: [] });
    expect(script('check', stranger).resources).toMatchObject([{ state: 'todo', diff: [said] }]);
  });

  test('nobody, the other of the pair, and whatever happens once keepalived runs are as they must be', () => {
    const peer = { '10.0.0.2': '52:54:00:00:00:04', '10.0.0.4': '52:54:00:00:00:04' };
    for (const result of [script('apply', {}), script('apply', peer), script('apply', stranger, 'active')])
      expect(result).toMatchObject({ status: 0, stderr: '', resources: [{ state: 'ok' }] });
  });
});
