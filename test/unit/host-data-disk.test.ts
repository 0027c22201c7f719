import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile, type ScriptMode } from '../../activities/host/compile.js';
import { dataDisk } from '../../activities/host/data-disk.js';
import { parseReport } from '../../activities/host/report.js';

const gib = 1024 ** 3;
let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'socle-disk-'));
  mkdirSync(join(root, 'bin'));
  mkdirSync(join(root, 'label'));
  writeFileSync(join(root, 'fstab'), 'UUID=root / ext4 defaults 0 1\n');
  program(
    'lsblk',
    'case $* in *SIZE*) cat $here/disks;; *) for d; do :; done; echo "${d#/dev/}"; cat $here/parts-${d#/dev/} 2>/dev/null;; esac',
  );
  // Answers as util-linux does: 0 for a device with a signature, 2 for one on which it finds nothing.
  program(
    'blkid',
    `case $1 in
  -L) cat $here/label/$2 2>/dev/null || exit 2;;
  -p) [ -e $here/signed-\${2#/dev/} ] || exit 2;;
  -o) echo uuid-of-\${5#/dev/};;
esac`,
  );
  program('mkfs.ext4', 'echo "$*" >>$here/formatted; echo "$4" >$here/label/$3');
  program('mountpoint', '[ -e $here/mounted ]');
  program('mount', ': >$here/mounted; echo "$*" >>$here/mounts');
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function program(name: string, body: string): void {
  writeFileSync(join(root, 'bin', name), `#!/bin/sh\nhere=${root}\n${body}\n`, { mode: 0o755 });
}

function run(mode: ScriptMode, ...sizes: [name: string, gib: number][]) {
  writeFileSync(join(root, 'disks'), sizes.map(([name, size]) => `${name} ${size * gib} disk\n`).join(''));
  const mountPoint = join(root, 'data');
  const script = compile([dataDisk({ label: 'socle-data', sizeGiB: 50, mountPoint })], {
    mode,
    stateFolder: join(root, 'state'),
  });
  const { stdout, stderr, status } = spawnSync('dash', ['-s'], {
    input: script.replace('PATH=', `PATH=${root}/bin:`).replaceAll('/etc/fstab', join(root, 'fstab')),
    encoding: 'utf8',
  });
  return { states: parseReport(stdout).resources.map(({ state }) => state), stderr, status };
}

const read = (name: string): string =>
  existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '';

test('a blank disk of the right size is formatted once and mounted by its UUID', () => {
  const disks: [string, number][] = [
    ['sda', 20],
    ['sdb', 50],
  ];
  expect(run('check', ...disks).states).toEqual(['todo']);
  expect(read('formatted')).toBe('');
  expect(run('apply', ...disks)).toMatchObject({ states: ['changed'], stderr: '' });
  expect(run('apply', ...disks).states).toEqual(['ok']);
  expect(read('formatted')).toBe('-q -L socle-data /dev/sdb\n');
  expect(read('fstab').split('\n')).toEqual([
    'UUID=root / ext4 defaults 0 1',
    `UUID=uuid-of-sdb ${root}/data ext4 defaults,nofail,x-systemd.device-timeout=30 0 2`,
    '',
  ]);
});

test.each([
  ['has a signature of any kind', (): void => writeFileSync(join(root, 'signed-sdb'), '')],
  ['has partitions', (): void => writeFileSync(join(root, 'parts-sdb'), 'sdb1\n')],
])('a disk that %s is never formatted', (_, prepare) => {
  prepare();
  const result = run('apply', ['sda', 20], ['sdb', 50]);
  expect(result).toMatchObject({ status: 1, states: [] });
  expect(result.stderr).toMatch(/no blank disk of exactly 53687091200 bytes/);
  expect(read('formatted')).toBe('');
});

test('a disk of another size is left alone', () => {
  expect(run('apply', ['sda', 20], ['sdb', 51]).status).toBe(1);
  expect(read('formatted')).toBe('');
});

test('a disk that was formatted before is found by its label, whatever size or name it has now', () => {
  writeFileSync(join(root, 'label/socle-data'), '/dev/sdc\n');
  expect(run('apply', ['sdb', 50], ['sdc', 80]).states).toEqual(['changed']);
  expect(read('formatted')).toBe('');
  expect(read('fstab')).toContain('UUID=uuid-of-sdc');
});
