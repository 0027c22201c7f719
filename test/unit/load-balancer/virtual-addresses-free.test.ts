import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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
