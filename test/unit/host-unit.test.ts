import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync, mkdirSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile } from '../../activities/host/compile.js';
import { packages } from '../../activities/host/packages.js';
import { parseReport } from '../../activities/host/report.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-unit-'));
  mkdirSync(join(root, 'bin'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function program(name: string, body: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\nhere=${root}\n${body}\n`, { mode: 0o755 });
}

/** A systemd that starts what it is told behind the script's back and knows whether it still runs. */
function systemd(): void {
  program(
    'systemd-run',
    `echo start >>$here/starts; shift 3
: >$here/active
( "$@"; rm -f $here/active ) >/dev/null 2>&1 &`,
  );
  program('systemctl', `[ "$1" != is-active ] || [ -e $here/active ]`);
  program('dpkg-query', `[ -e $here/installed ] && echo 'chrony installed'`);
}

function install() {
  const script = compile([packages(['chrony'])], { mode: 'apply', stateFolder: join(root, 'state') });
  const { stdout, stderr, status } = spawnSync('dash', ['-s'], {
    input: script.replace('PATH=', `PATH=${root}/bin:`),
    encoding: 'utf8',
  });
  return { status, stderr, states: parseReport(stdout).resources.map(({ state }) => state) };
}

test('packages are installed by a unit that the script waits for', () => {
  systemd();
  program('apt-get', `case "$*" in *install*) sleep 0.3; : >$here/installed;; esac`);
  expect(install()).toEqual({ status: 0, stderr: '', states: ['changed'] });
  expect(install()).toEqual({ status: 0, stderr: '', states: ['ok'] });
});

test('an installation that fails ends the script with its last words', () => {
  systemd();
  program('apt-get', `echo 'E: no such mirror'; exit 100`);
  expect(install()).toEqual({ status: 1, stderr: 'E: no such mirror\n', states: [] });
});

test('an installation that an earlier attempt began is waited for, not started again', () => {
  systemd();
  mkdirSync(join(root, 'state'));
  writeFileSync(join(root, 'active'), '');
  program('sleep', `: >$here/installed; echo 0 >$here/state/socle-packages.code; rm -f $here/active`);
  expect(install()).toEqual({ status: 0, stderr: '', states: ['changed'] });
  expect(existsSync(join(root, 'starts'))).toBe(false);
});

test('a package manager that ends well without installing is not believed', () => {
  systemd();
  program('apt-get', 'true');
  const result = install();
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(/still missing: chrony/);
  expect(readFileSync(join(root, 'starts'), 'utf8')).toBe('start\n');
});
