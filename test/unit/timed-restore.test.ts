import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { coreLibrary } from '../../activities/host/core-library.js';
import { lookLibrary } from '../../activities/host/look-library.js';
import { timedRestoreLibrary } from '../../activities/host/timed-restore.js';

let root: string;
const at = (name: string): string => join(root, name);
const text = (name: string): string => readFileSync(at(name), 'utf8');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-restore-'));
  mkdirSync(at('bin'));
  // The timer runs while a file says so; a test lets it run out by running what it would run.
  program(
    'systemctl',
    '[ "$1" != stop ] || rm -f "$ROOT/timer"\n[ "$1" != is-active ] || [ -e "$ROOT/timer" ]',
  );
  program('systemd-run', 'echo started >>"$ROOT/timers"\n: >"$ROOT/timer"');
  for (const name of ['network', 'firewall']) writeFileSync(at(name), 'before');
});
afterEach(() => rmSync(root, { recursive: true }));

function program(name: string, body: string): void {
  writeFileSync(join(at('bin'), name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(at('bin'), name), 0o755);
}

/** Runs a script that has the libraries; `change NAME` is what a resource that could lock Socle out does. */
function run(body: string, mode = 'apply'): { status: number | null; stdout: string; stderr: string } {
  const script = `set -eu
mode=${mode} state='${root}' changed='' nl='
'
${coreLibrary}
${lookLibrary}
${timedRestoreLibrary}
change() {
  if unconfirmed "$1"; then echo "$1 waits"; return 0; fi
  if [ "$(cat "$state/$1")" = "\${2-after}" ]; then return 0; fi
  arm_restore "$1" "\${2-after}" "echo $1 >>$state/again" "$state/$1"
  printf %s "\${2-after}" >"$state/$1"
  \${3:-:}
  applied "$1"
}
forget_seen
${body}
`;
  const environment = { ...process.env, PATH: `${at('bin')}:${process.env['PATH']}`, ROOT: root };
  return spawnSync('sh', ['-s'], { input: script, env: environment, encoding: 'utf8' });
}

function runOut(): void {
  expect(spawnSync('sh', [at('restore')]).status).toBe(0);
  rmSync(at('timer'));
}

test('two changes of a script share one timer, which takes both back', () => {
  expect(run('change network\nchange firewall')).toMatchObject({ status: 0, stderr: '' });
  expect(text('network') + text('firewall')).toBe('afterafter');
  expect(text('timers')).toBe('started\n');
  runOut();
  expect(text('network') + text('firewall')).toBe('beforebefore');
  expect(text('again')).toBe('firewall\nnetwork\n');
});

test('a change that was not confirmed waits, and is not made again', () => {
  run('change network');
  expect(run('change network\nchange firewall', 'check').stdout).toBe('network waits\n');
});

test('a change that is made while another one waits is taken back with it', () => {
  run('change network');
  expect(run('change network\nchange firewall').stdout).toBe('network waits\n');
  expect(text('timers')).toBe('started\nstarted\n');
  runOut();
  expect(text('network') + text('firewall')).toBe('beforebefore');
});

test('what failed half-way is put back at once and made anew', () => {
  expect(run('change network after false').status).toBe(1);
  expect(text('network')).toBe('after');
  expect(run('change network after\ncat "$state/again"')).toMatchObject({ status: 0, stdout: 'network\n' });
  expect(text('network')).toBe('after');
  runOut();
  expect(text('network')).toBe('before');
});

test('what failed half-way takes back what waits beside it, so that one more attempt does all', () => {
  expect(run('change network\nchange firewall after false').status).toBe(1);
  expect(run('change network\nchange firewall')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect(text('network') + text('firewall')).toBe('afterafter');
  expect(text('again')).toBe('firewall\nnetwork\n');
});

test('what came back is refused twice, then made again; another change is not refused', () => {
  run('change network\nchange firewall');
  runOut();
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const refused = run('change network\nchange firewall');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('no new connection was made');
    expect(text('network') + text('firewall')).toBe('beforebefore');
  }
  expect(run('change network\nchange firewall')).toMatchObject({ status: 0, stderr: '' });
  expect(text('network') + text('firewall')).toBe('afterafter');
  runOut();
  expect(run('change network mended').status).toBe(0);
});
